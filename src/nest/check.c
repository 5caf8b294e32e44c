/* Do the clauses name loops that there are, and loops that can be transformed? */
#include "nest/emit.h"
#include <string.h>

typedef struct ts_check {
    const ts_nest *nest;
    const ts_clauses *clauses;
    const ts_nest_node *chain[TS_NEST_DEPTH];
    size_t depth;
    ts_str loops; /* their names, for messages */
} ts_check;

static const ts_nest_node *find_loop(const ts_nest_node *node, const char *iter)
{
    if (node->iter && strcmp(node->iter, iter) == 0)
        return node;
    for (size_t i = 0; i < node->children.count; i++) {
        const ts_nest_node *found = find_loop(node->children.items[i], iter);
        if (found)
            return found;
    }
    return NULL;
}

static void list_loops(ts_check *c, const ts_nest_node *node)
{
    if (node->iter && !strstr(ts_str_text(&c->loops), node->iter))
        ts_str_format(&c->loops, "%s%s", c->loops.length ? ", " : "", node->iter);
    for (size_t i = 0; i < node->children.count; i++)
        list_loops(c, node->children.items[i]);
}

static int check_names(ts_check *c, const ts_nest_node *root)
{
    for (size_t k = 0; k < TS_CLAUSE_COUNT; k++)
        for (size_t i = 0; i < c->clauses->of[k].count; i++)
            if (!find_loop(root, c->clauses->of[k].names[i]))
                return ts_nest_fail(c->nest, c->clauses->of[k].line,
                                    "this nest has no loop over '%s' that can be transformed; it has %s",
                                    c->clauses->of[k].names[i], ts_str_text(&c->loops));
    return TS_OK;
}

static int check_skew(ts_check *c, const ts_nest_node *root)
{
    const ts_clause *skew = &c->clauses->of[TS_CLAUSE_SKEW];
    if (!skew->given)
        return TS_OK;
    if (skew->count != 2 || strcmp(skew->names[0], root->iter) != 0)
        return ts_nest_fail(c->nest, skew->line,
                            "skew names the outermost loop and the one to shift; write skew(%s, i)",
                            root->iter);
    for (size_t i = 0; i < root->children.count; i++) {
        const ts_nest_node *child = root->children.items[i];
        if (!child->iter || strcmp(child->iter, skew->names[1]) != 0)
            return ts_nest_fail(c->nest, child->line,
                                "skew(%s, %s) needs a body of loops over %s alone; move the rest out",
                                skew->names[0], skew->names[1], skew->names[1]);
        if (ts_nest_holds(c->nest, child->from, root->iter) || ts_nest_holds(c->nest, child->to, root->iter))
            return ts_nest_fail(c->nest, child->line, "the bounds of %s depend on %s, so it can't be skewed",
                                child->iter, root->iter);
    }
    if (ts_clause_names(&c->clauses->of[TS_CLAUSE_PARALLEL], skew->names[0]) ||
        ts_clause_names(&c->clauses->of[TS_CLAUSE_PARALLEL], skew->names[1]))
        return ts_nest_fail(c->nest, skew->line, "skewed loops run in order; take them out of parallel()");
    return TS_OK;
}

static bool has_affine_bounds(const ts_check *c, const ts_nest_node *node)
{
    const char *iters[TS_NEST_DEPTH];
    int64_t unused[TS_NEST_DEPTH];
    for (size_t i = 0; i < c->depth; i++)
        iters[i] = c->chain[i]->iter;
    return ts_affine(c->nest, node->from, iters, c->depth, unused) &&
           ts_affine(c->nest, node->to, iters, c->depth, unused);
}

static int check_node(ts_check *c, const ts_nest_node *node, bool inside)
{
    int rc = TS_OK;
    if (!node->iter)
        return TS_OK;
    inside |= ts_clauses_name(c->clauses, node->iter);
    for (size_t i = 0; i < c->depth; i++)
        if (strcmp(c->chain[i]->iter, node->iter) == 0)
            return ts_nest_fail(c->nest, node->line, "two loops that are nested run over %s; rename one",
                                node->iter);
    if (inside && node->step != 1)
        return ts_nest_fail(c->nest, node->line,
                            "the loop over %s steps by %lld; only loops that step by 1 can be "
                            "transformed",
                            node->iter, (long long)node->step);
    if (inside && !has_affine_bounds(c, node))
        return ts_nest_fail(c->nest, node->line,
                            "a bound of the loop over %s isn't a sum of multiples of the loops around it; "
                            "only such bounds can be transformed",
                            node->iter);
    if (node->children.count == 0)
        return ts_nest_fail(c->nest, node->line, "the loop over %s is empty; remove it", node->iter);
    c->chain[c->depth++] = node;
    for (size_t i = 0; i < node->children.count && rc == TS_OK; i++)
        rc = check_node(c, node->children.items[i], inside);
    c->depth--;
    return rc;
}

int ts_nest_check(const ts_nest *nest, const ts_nest_part *part)
{
    ts_check c = {.nest = nest, .clauses = &part->clauses};
    list_loops(&c, part->loop);
    int rc = check_names(&c, part->loop);
    if (rc == TS_OK)
        rc = check_node(&c, part->loop, false);
    if (rc == TS_OK)
        rc = check_skew(&c, part->loop);
    ts_str_free(&c.loops);
    return rc;
}
