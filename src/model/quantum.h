/*
 * When a quantum computer with a polynomial speed-up overtakes a classical one.
 * Hoefler, Häner, Troyer, "Disentangling hype from practicality: on realistically achieving quantum
 * advantage", CACM 66(5) 2023 (arXiv 2307.00523).
 */
#ifndef TS_MODEL_QUANTUM_H
#define TS_MODEL_QUANTUM_H

#include <stdbool.h>

/** A problem that takes N^k oracle calls classically and N on the quantum machine; k = 2 is Grover's
 * speed-up. */
typedef struct ts_quantum_machine {
    double operations_per_second; /**< of the type in question */
    double io_bits_per_second;    /**< into the machine; 1e9 in the paper */
} ts_quantum_machine;

/** Calls above which the quantum machine is faster: N* = (t_q / t_c)^(1/(k-1)). */
double ts_quantum_crossover_calls(double classical_operations_per_second,
                                  double quantum_operations_per_second, double speedup_degree);
/** Seconds that the crossover takes with M operations in a call: N* · M / r_q. */
double ts_quantum_crossover_seconds(double classical_operations_per_second,
                                    double quantum_operations_per_second, double speedup_degree,
                                    double operations_per_call);
/** Operations a call may have if the crossover is to lie within `seconds`: T · r_q / (r_c / r_q)^(1/(k-1)).
 */
double ts_quantum_operations_per_call(double classical_operations_per_second,
                                      double quantum_operations_per_second, double speedup_degree,
                                      double seconds);
/** Whether the quantum machine wins within `seconds`, its input of `input_bits` read in included. */
bool ts_quantum_wins(const ts_quantum_machine *machine, double classical_operations_per_second,
                     double speedup_degree, double operations_per_call, double input_bits, double seconds);

#endif
