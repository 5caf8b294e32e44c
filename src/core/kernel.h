/*
 * A kernel manifest (templates/NAME/kernel.xml, schema templates/kernel.xsd): everything about a kernel that
 * is not its code. Loaded once, immutable afterwards. See docs/kernel-manifest.md for the format.
 */
#ifndef TS_CORE_KERNEL_H
#define TS_CORE_KERNEL_H

#include "core/expr.h"
#include "core/space.h"
#include "core/target.h"

#define TS_MAX_DIMS    12
#define TS_MAX_SCALARS 4
#define TS_MAX_TENSORS 8

/** A problem dimension. Those that <arguments> doesn't name (ta, tb) are known when a variant is compiled:
 * types of problem. */
typedef struct ts_dim {
    char *name, *text;
    int64_t min, max;
    int64_t fallback; /**< value where a shape doesn't give one; below min: a shape must give it */
    bool argument;    /**< passed to the function at run time */
    bool batch;       /**< grows with the number of inputs that are processed together */
    size_t slot;
} ts_dim;

/** An element type of a single operand, whatever the problem's is: the name "bf16", the C type "uint16_t". */
typedef struct ts_operand_type {
    const char *name, *ctype;
    int64_t size; /**< bytes */
} ts_operand_type;

/** An element type that problems come in. */
typedef struct ts_type {
    char *name;                   /**< "f32" */
    char *ctype;                  /**< "float" */
    int64_t size;                 /**< bytes */
    ts_expr *absolute, *relative; /**< tolerance: |C - R| <= absolute + relative * |R| */
} ts_type;

typedef enum ts_access { TS_READ = 1, TS_WRITE = 2, TS_UPDATE = 3 } ts_access;

/** A tensor operand: rows x row_length elements, rows `ld` elements apart (row-major; more extents fold into
 * rows). */
typedef struct ts_tensor {
    char *name, *ld; /**< ld: name of its leading-dimension argument; NULL: contiguous */
    ts_access access;
    ts_expr **extents; /**< outermost first */
    size_t extent_count;
    const ts_operand_type *type; /**< NULL: the problem's */
    bool exact_fill; /**< fill="grid": multiples of 1/8 in [-1,1], sums of products stay exact; else uniform
                        in [-1,1) */
    bool reference_fill; /**< fill="reference": by ts_inputs() of reference.c */
    bool constant;       /**< what a variant that prepares may read before the calls */
} ts_tensor;

/** A scalar argument, passed by value. */
typedef struct ts_scalar {
    char *name;
    const ts_operand_type *type; /**< NULL: the problem's */
    double fallback;             /**< value when timing */
    double verify[4];            /**< values to verify with, besides */
    size_t verify_count;
} ts_scalar;

/** What an argument of the generated function is. */
typedef enum ts_arg_kind {
    TS_ARG_DIM,
    TS_ARG_SCALAR,
    TS_ARG_TENSOR,
    TS_ARG_LD,
    TS_ARG_WORKSPACE
} ts_arg_kind;
typedef struct ts_arg {
    ts_arg_kind kind;
    size_t index; /**< into dims, scalars or tensors */
} ts_arg;

/** How a parameter's value is used besides being visible to templates. */
typedef enum ts_role { TS_ROLE_NONE, TS_ROLE_COMPILER, TS_ROLE_FLAGS } ts_role;

/** One item of a domain: a value, or with `last` a range from `first` by adding or multiplying `step` (NULL:
 * 1). */
typedef struct ts_domain_item {
    ts_expr *first, *last, *step;
    bool geometric;
} ts_domain_item;

/** A tuning parameter as the manifest states it; its domain may depend on target, type and dimensions. */
typedef struct ts_parameter {
    char *name, *text;
    ts_param_kind kind;
    ts_role role;
    char *values; /**< "1, 2, 4", "4:32:+4", "64:1024:*2", "'direct', 'packed'": expressions allowed */
    ts_domain_item *domain; /**< `values`, parsed */
    size_t domain_count;
    ts_expr *when;
    ts_expr *fallback;
    ts_place place;
    size_t slot;
} ts_parameter;

/** A constraint with the reason the author gave (shown when it leaves nothing). */
typedef struct ts_constraint {
    ts_expr *test;
    char *text;
} ts_constraint;

/** Which template file serves which configurations. */
typedef struct ts_template_use {
    ts_expr *when;    /**< NULL: always */
    char *file;       /**< absolute path */
    char *common;     /**< the same, of a file that is rendered before it; NULL: none */
    bool fixed_shape; /**< the variant is compiled for one shape and claims only that one */
    ts_place place;
} ts_template_use;

/** A named shape from the manifest: kind is "typical", "small" or "awkward". */
typedef struct ts_shape {
    char *kind, *name;
    char *type; /**< NULL: every type */
    int64_t dims[TS_MAX_DIMS];
} ts_shape;

/** A verification case: an expression per dimension over the configuration's parameters and the asked
 * dimensions. */
typedef struct ts_verify {
    ts_expr *when;              /**< NULL: for every variant that isn't fixed_shape */
    ts_expr *dims[TS_MAX_DIMS]; /**< NULL: as asked */
} ts_verify;

/** A configuration worth trying first: the author's advice. Values by parameter; absent ones take their
 * default. */
typedef struct ts_seed {
    ts_expr *when;
    ts_expr **values; /**< [parameter_count], NULL where absent */
    char *name;
} ts_seed;

/** An attribute of the target that expressions use as target.NAME, with the value to assume when a target
 * doesn't say. */
typedef struct ts_use {
    char *attribute;
    ts_value fallback;
    size_t slot;
} ts_use;

enum { TS_PRODUCT_TERMS = 9 };
/** Matrix products (or one convolution) inside a call, for machines that do those and little else. */
typedef struct ts_product {
    char *text;
    bool is_convolution;
    ts_expr *terms[TS_PRODUCT_TERMS]; /**< by the element's attributes, in ts_product_sizes' order */
} ts_product;

/** A loop index of a nest. */
typedef struct ts_nest_index {
    char *name;
    ts_expr *extent;
} ts_nest_index;

/** A loop: blocks of `step` of an index, or where `unit` is stated the fewest equal blocks of at most `step`,
 * in whole units. */
typedef struct ts_nest_loop {
    size_t index;
    ts_expr *step, *unit, *when; /**< unit, when: NULL if absent */
} ts_nest_loop;

enum { TS_NEST_INDICES = 6, TS_NEST_LOOPS = 12, TS_NEST_ACCESSES = 8 };

/** What a nest does with a tensor. */
typedef struct ts_nest_access {
    char *tensor;
    size_t indices[TS_NEST_INDICES]; /**< that its elements depend on, the contiguous one last */
    size_t index_count;
    bool writes;
    ts_expr *bytes;  /**< of an element; NULL: the problem's type */
    ts_expr *stride; /**< elements between rows, where it is not copied; NULL: contiguous */
    ts_expr *copied; /**< whether blocks are copied into panels; NULL: never */
    ts_expr *effort; /**< cycles to copy an element; NULL: by whole vectors */
} ts_nest_access;

/** What one turn of the innermost loop computes, and what entering it costs. */
typedef struct ts_nest_core {
    size_t index; /**< that the innermost loop runs along, in steps of 1 */
    ts_expr *operations,
        *vector;             /**< vector operations of a turn (a multiply-add being one), and their bytes */
    ts_expr *loads, *stores; /**< of vectors or broadcast elements, a turn */
    ts_expr *chains;         /**< operations of a turn that don't wait for each other */
    ts_expr *unroll;         /**< turns between two branches */
    ts_expr *entry;          /**< vectors loaded or stored on entering and leaving */
} ts_nest_core;

/** The loops of variants as a function of their parameters: what the cost model of variants reads. */
typedef struct ts_nest {
    ts_expr *when;
    ts_nest_index indices[TS_NEST_INDICES];
    ts_nest_loop loops[TS_NEST_LOOPS]; /**< outermost first */
    ts_nest_access accesses[TS_NEST_ACCESSES];
    size_t index_count, loop_count, access_count;
    ts_nest_core core;
} ts_nest;

typedef struct ts_kernel {
    char *name, *summary, *folder, *reference; /**< reference: absolute path of reference.c */
    char *path;                                /**< absolute path of kernel.xml */
    char hash[65];                             /**< of manifest, templates and reference */
    ts_names *names;
    size_t slot_count, type_slot, type_size_slot; /**< `type` is a string, `type.size` its bytes */
    size_t max_error_slot, threads_slot;          /**< `max_error` is a real, `threads` an integer */
    ts_dim *dims;
    size_t dim_count;
    ts_type *types;
    size_t type_count;
    ts_scalar *scalars;
    size_t scalar_count;
    ts_tensor *tensors;
    size_t tensor_count;
    ts_arg *args;
    size_t arg_count;
    ts_parameter *parameters;
    size_t parameter_count;
    ts_constraint *constraints;
    size_t constraint_count;
    ts_template_use *templates;
    size_t template_count;
    ts_shape *shapes;
    size_t shape_count;
    ts_verify *verifies;
    size_t verify_count;
    ts_seed *seeds;
    size_t seed_count;
    ts_use *uses;
    size_t use_count;
    ts_product *products;
    size_t product_count;
    ts_nest *nests; /**< the first whose `when` holds describes a variant */
    size_t nest_count;
    ts_expr *flops, *bytes;    /**< work of one call */
    ts_expr *workspace, *huge; /**< bytes of workspace and whether on huge pages; NULL: none */
    bool prepares;             /**< the manifest has <prepare>: */
    ts_expr *prepare;          /**< which variants define NAME_prepare; NULL: all */
    ts_place prepare_place;
} ts_kernel;

/** Load a kernel by folder path, or by name from the data folder's templates/. */
int ts_kernel_load(const char *name_or_path, ts_kernel **out);
void ts_kernel_free(ts_kernel *kernel);

/** One problem of a kernel: element type and dimensions, and what the user allows. Plain data. */
typedef struct ts_problem {
    const ts_kernel *kernel;
    const ts_type *type;
    int64_t dims[TS_MAX_DIMS];
    double max_error; /**< |C - R| may also reach max_error * max|R|; 0: the type's tolerance alone */
    int threads;      /**< of one call; 0 means 1 */
} ts_problem;

/** Parse "m=512,n=512,k=512" (absent dimensions take their default; out of range or unknown is TS_EINPUT
 * naming the range). max_error is then 0 and threads 1. */
int ts_problem_parse(const ts_kernel *kernel, const char *type, const char *shape, ts_problem *out);
/** "m=512,n=512,k=512,ta=0,tb=0": every dimension, in the manifest's order: the problem's key in the store.
 * Appends. */
void ts_problem_text(const ts_problem *problem, struct ts_str *out);
/** The type that a tensor or scalar has in this problem. */
ts_operand_type ts_problem_tensor_type(const ts_problem *problem, size_t tensor);
ts_operand_type ts_problem_scalar_type(const ts_problem *problem, size_t scalar);
/** A call may use this many threads: at least 1. */
int ts_problem_threads(const ts_problem *problem);
/** Some tensor is filled by ts_inputs() of reference.c. */
bool ts_kernel_fills_by_reference(const ts_kernel *kernel);
/** Flops (and compulsory bytes) of one call. */
int ts_problem_work(const ts_problem *problem, double *flops, double *bytes);

/** What a <product> or <convolution> comes to in a problem. */
typedef struct ts_product_sizes {
    const char *text; /**< borrowed from the kernel; NULL if it has none */
    bool is_convolution;
    bool constant;   /**< B is the same from call to call: weights */
    double count;    /**< of equal ones; a fraction where only a part is wanted (causal attention) */
    int64_t m, n, k; /**< C[m x n] = A[m x k] B[k x n]; of a convolution those that im2col makes */
    /** Of a convolution: `height` and `width` of the output, `rows` and `columns` of the window. */
    int64_t images, height, width, channels, filters, rows, columns, stride;
} ts_product_sizes;
/** The problem's matrix products; `sizes` has kernel->product_count places. */
int ts_problem_products(const ts_problem *problem, ts_product_sizes *sizes);

/**
 * The search space of a problem on a target. `compilers` (NULL-terminated) is the domain of the parameter
 * with role compiler. The space's parameters are the kernel's, in order.
 */
int ts_kernel_space(const ts_problem *problem, const ts_target *target, const char *const *compilers,
                    ts_space **out);
/** Fill `slots[kernel->slot_count]` with dimensions, type and target (NULL: leave those NONE); parameters
 * stay NONE. Strings are borrowed. */
int ts_kernel_slots(const ts_problem *problem, const ts_target *target, ts_value *slots);
/**
 * The author's seeds that are valid in the space, as configuration indices without repeats, best advice
 * first; the configuration of all defaults comes last if it is valid and not among them. *configs malloc'ed.
 */
int ts_kernel_seeds(const ts_problem *problem, const ts_target *target, const ts_space *space,
                    uint64_t **configs, size_t *count);
/** The configuration of all defaults; the valid one nearest to it, if it isn't valid. Space must not be
 * empty. */
int ts_kernel_defaults(const ts_problem *problem, const ts_target *target, const ts_space *space,
                       uint64_t *config);
/** Names of the kernels in the data folder, sorted; free with ts_name_list_free(). */
int ts_kernel_list(char ***names, size_t *count);
void ts_name_list_free(char **names, size_t count);

#endif
