# Calls of a public header as a man page: awk -v folder=OUT -v page=NAME -v version=V -f calls.awk HEADER NAME.3.in
# The text is NAME.3.in; @TYPES@ and @CALLS@ in it become what the header declares, each with its docstring.
# OUT/NAME.3 and for each call OUT/CALL.3, which leads there, are written. With -v list=1 only the names are printed.

function roff(text) { # as roff shows it literally
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    return text ~ /^[.']/ ? "\\&" text : text
}

function forget() { doc = ""; in_doc = 0 }

function add_doc(line,    end) {
    end = sub(/ *\*\/ *$/, "", line)
    sub(/^\/\*\* ?/, "", line)
    sub(/^ \* ?/, "", line)
    if (line !~ /^ *$/)
        doc = doc roff(line) "\n"
    in_doc = !end
}

# A type or constant: as it stands in the header.
function add_type() {
    types = types ".PP\n" doc ".RS 4\n.nf\n" declaration ".fi\n.RE\n"
    forget()
}

# A call without a docstring of its own shares that of the call right above it.
function add_call(    text, name) {
    text = declaration
    sub(/TS_RT_API /, "", text)
    sub(/\n$/, "", text)
    name = text
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
    names[++count] = name
    own[count] = doc != "" || !above
    prototypes[count] = "\\fB" text "\\fP\n"
    if (own[count])
        last = doc == "" ? "" : ".RS 4\n" doc ".RE\n"
    above = 1
    described[count] = last
    forget()
}

FNR == 1 { file++ }
file == 1 && in_doc { add_doc($0); next }
file == 1 && inside != "" {
    declaration = declaration roff($0) "\n"
    if (inside == "type" ? /^}/ : /;$/) {
        if (inside == "call") add_call(); else add_type()
        inside = ""
    }
    next
}
file == 1 && /^\/\*\*/ { forget(); add_doc($0); next }
file == 1 && /^#define/ && doc != "" { declaration = roff($0) "\n"; add_type(); next }
file == 1 && (/^#/ || /^extern/ || /^}/ || /^\/\*/ || /^ \*/) { forget(); next }
file == 1 && /^typedef (struct|enum)[^;]*[{]/ { declaration = roff($0) "\n"; inside = "type"; if (/}.*;$/) { add_type(); inside = "" } next }
file == 1 && /^typedef/ { declaration = roff($0) "\n"; if (/;$/) add_type(); else inside = "alias"; next }
file == 1 && /^[A-Za-z].*\(/ { declaration = roff($0) "\n"; if (/;$/) add_call(); else inside = "call"; next }
file == 1 { above = 0; next }

file == 2 && FNR == 1 && list { for (i = 1; i <= count; i++) print names[i]; exit }
file == 2 && /^@TYPES@$/ { text = text types; next }
file == 2 && /^@CALLS@$/ {
    for (i = 1; i <= count; i++) {
        text = text (own[i] ? ".PP\n.nf\n" : "") prototypes[i]
        if (i == count || own[i + 1])
            text = text ".fi\n" described[i]
    }
    next
}
file == 2 { gsub(/@VERSION@/, version); text = text $0 "\n" }

END {
    if (list)
        exit
    printf "%s", text > (folder "/" page ".3")
    for (i = 1; i <= count; i++)
        print ".so man3/" page ".3" > (folder "/" names[i] ".3")
}
