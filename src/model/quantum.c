/* The quantum crossover; the citation is in the header. */
#include "model/quantum.h"

#include <math.h>

double ts_quantum_crossover_calls(double classical_operations_per_second,
                                  double quantum_operations_per_second, double speedup_degree)
{
    return pow(classical_operations_per_second / quantum_operations_per_second, 1 / (speedup_degree - 1));
}

double ts_quantum_crossover_seconds(double classical_operations_per_second,
                                    double quantum_operations_per_second, double speedup_degree,
                                    double operations_per_call)
{
    return ts_quantum_crossover_calls(classical_operations_per_second, quantum_operations_per_second,
                                      speedup_degree) *
           operations_per_call / quantum_operations_per_second;
}

double ts_quantum_operations_per_call(double classical_operations_per_second,
                                      double quantum_operations_per_second, double speedup_degree,
                                      double seconds)
{
    return seconds * quantum_operations_per_second /
           ts_quantum_crossover_calls(classical_operations_per_second, quantum_operations_per_second,
                                      speedup_degree);
}

bool ts_quantum_wins(const ts_quantum_machine *machine, double classical_operations_per_second,
                     double speedup_degree, double operations_per_call, double input_bits, double seconds)
{
    if (speedup_degree <= 1)
        return false;
    double reading = input_bits / machine->io_bits_per_second;
    double crossing = ts_quantum_crossover_seconds(
        classical_operations_per_second, machine->operations_per_second, speedup_degree, operations_per_call);
    return reading + crossing <= seconds;
}
