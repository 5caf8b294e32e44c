/*
 * Photonic tensor cores.
 * Yin et al., "SimPhony: a device-circuit-architecture cross-layer modeling and simulation framework for
 * heterogeneous electronic-photonic AI systems", DAC 2025; Zhu et al., "Lightening-Transformer", HPCA 2024;
 * Shiflett et al., "Albireo", ISCA 2021.
 */
#ifndef TS_MODEL_PHOTONIC_H
#define TS_MODEL_PHOTONIC_H

#include <stdint.h>

/** R tiles of C cores, each an H × W array of dot products over λ wavelengths. */
typedef struct ts_photonic_array {
    int64_t tiles, cores, height, width, wavelengths;
    double clock_hz;
} ts_photonic_array;

/** C[n × m] = A[n × d] · B[d × m]. */
typedef struct ts_photonic_product {
    int64_t n, d, m;
} ts_photonic_product;

/** The way of light through the circuit, and what its detectors need. */
typedef struct ts_photonic_link {
    double insertion_loss_db, detector_dbm, fanout;
    double wall_plug_efficiency; /**< light out / power in, 0..1 */
    double extinction_ratio_db;
    int bits;
} ts_photonic_link;

/** ceil(N/(R H)) ceil(D/λ) ceil(M/(C W)): output stationary, one step a clock. */
int64_t ts_photonic_cycles(const ts_photonic_array *array, const ts_photonic_product *product);
/** Modulators of the array: R C H λ. */
int64_t ts_photonic_modulators(const ts_photonic_array *array);
/** Joules of `devices` that each take `joules` a cycle. */
double ts_photonic_switching_joules(int64_t devices, double joules, int64_t cycles);
/**
 * Electrical laser power: 10^((IL + detector + 10 log10 fanout)/10) / η · 2^bits / (1 - 10^(-ER/10)).
 * Milliwatts.
 */
double ts_photonic_laser_mw(const ts_photonic_link *link);
/** A DAC's power at other bits and clock: P · (2^b/(b+1)) / (2^b0/(b0+1)) · f/f0. */
double ts_photonic_dac_watts(double watts, int bits, double hz, int at_bits, double at_hz);
/** A successive-approximation ADC's: P · (b/b0) · (f/f0). */
double ts_photonic_adc_watts(double watts, int bits, double hz, int at_bits, double at_hz);

/** Groups (output channels) of units (input channels), each with a kernel of weights for `columns` outputs.
 */
typedef struct ts_photonic_star {
    int64_t groups, units, kernel_rows, kernel_columns, columns;
} ts_photonic_star;

/** Devices of a star-coupler array, as in Albireo. */
typedef struct ts_photonic_devices {
    int64_t rings, modulators, lasers, converters_in, amplifiers, converters_out;
} ts_photonic_devices;

ts_photonic_devices ts_photonic_star_devices(const ts_photonic_star *array);

#endif
