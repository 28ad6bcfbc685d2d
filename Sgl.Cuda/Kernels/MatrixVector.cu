// output = x · weightᵀ + bias for a few rows of x, or activation(gate) * up of such a product's halves: reads each
// weight once, at the speed of memory.
#include "Common.cuh"

struct MatrixVectorArguments {
    const element* x;       // [rows, columns]
    const element* weight;  // [outputs, columns]; gated: [2 * outputs, columns]
    const element* bias;    // a number for each row of weight, or null
    element* output;        // [rows, outputs]
    u64 x_stride;
    u64 weight_stride;
    u64 output_stride;
    int rows;
    int columns;  // a multiple of 8
    int outputs;
    int activation;  // of gated products
};

// Weights are used once: they need not push anything out of the first-level cache.
__device__ __forceinline__ uint4 load_once(const element* p) {
    uint4 v;
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p));
    return v;
}

__device__ __forceinline__ void expand(const uint4& bits, float* f) {
    const u32 words[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        float2 pair = to_floats(words[i]);
        f[2 * i] = pair.x;
        f[2 * i + 1] = pair.y;
    }
}

// Steps × 256 columns of N weight rows, on their way: that many loads are in flight at once.
template <int N, int Steps> struct Weights {
    uint4 bits[Steps][N];

    __device__ __forceinline__ void load(const element* const (&w)[N], int c) {
#pragma unroll
        for (int s = 0; s < Steps; s++)
#pragma unroll
            for (int n = 0; n < N; n++)
                bits[s][n] = load_once(w[n] + c + s * 256);
    }

    template <int R>
    __device__ __forceinline__ void multiply(const element* const (&x)[R], int c, float (&sum)[N][R]) const {
#pragma unroll
        for (int s = 0; s < Steps; s++) {
            float weights[N][8];
#pragma unroll
            for (int n = 0; n < N; n++)
                expand(bits[s][n], weights[n]);
#pragma unroll
            for (int r = 0; r < R; r++) {
                float values[8];
                expand(*reinterpret_cast<const uint4*>(x[r] + c + s * 256), values);
#pragma unroll
                for (int n = 0; n < N; n++)
#pragma unroll
                    for (int i = 0; i < 8; i++)
                        sum[n][r] = fmaf(weights[n][i], values[i], sum[n][r]);
            }
        }
    }
};

// A warp takes N = 2 rows of weight: two outputs, or an output's gate and up.
template <int R, bool Gated> __device__ __forceinline__ void matrix_vector(const MatrixVectorArguments& a) {
    constexpr int Steps = 4, N = 2;
    int lane = threadIdx.x & 31;
    int first = (blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5)) * (Gated ? 1 : N);
    int second = Gated ? first + a.outputs : first + 1;
    int row[N] = {min(first, a.outputs - 1), min(second, (Gated ? 2 : 1) * a.outputs - 1)};
    const element* w[N];
    const element* x[R];
    float sum[N][R];
#pragma unroll
    for (int n = 0; n < N; n++)
        w[n] = a.weight + (u64)row[n] * a.weight_stride + lane * 8;
#pragma unroll
    for (int r = 0; r < R; r++)
        x[r] = a.x + (u64)min(r, a.rows - 1) * a.x_stride + lane * 8;
#pragma unroll
    for (int n = 0; n < N; n++)
#pragma unroll
        for (int r = 0; r < R; r++)
            sum[n][r] = 0.0f;

    // Weights do not depend on the kernel before, so the first of them travel while it ends.
    int c = 0;
    Weights<N, Steps> ahead;
    if (Steps * 256 <= a.columns)
        ahead.load(w, 0);
    wait_for_previous();
    for (; c + Steps * 256 <= a.columns; c += Steps * 256) {
        Weights<N, Steps> now = ahead;
        if (c + 2 * Steps * 256 <= a.columns)
            ahead.load(w, c + Steps * 256);
        now.multiply(x, c, sum);
    }
    // Not before: the next kernel's waiting blocks would take the place of this one's later ones.
    let_next_start();
    for (; c + lane * 8 < a.columns; c += 256) {
        Weights<N, 1> rest;
        rest.load(w, c);
        rest.multiply(x, c, sum);
    }

#pragma unroll
    for (int r = 0; r < R; r++) {
        float total[N];
#pragma unroll
        for (int n = 0; n < N; n++)
            total[n] = warp_sum(sum[n][r]) + (a.bias ? to_float(a.bias[row[n]]) : 0.0f);
        if (lane > 0 || r >= a.rows || first >= a.outputs)
            continue;
        element* output = a.output + r * a.output_stride + first;
        if (Gated) {
            output[0] = to_element(activate(total[0], a.activation) * total[1]);
        } else {
            output[0] = to_element(total[0]);
            if (second < a.outputs)
                output[1] = to_element(total[1]);
        }
    }
}

#define MATRIX_VECTOR(rows)                                                                                      \
    extern "C" __global__ void __launch_bounds__(128) matrix_vector_##rows(const MatrixVectorArguments a) {       \
        matrix_vector<rows, false>(a);                                                                           \
    }                                                                                                            \
    extern "C" __global__ void __launch_bounds__(128) matrix_vector_gated_##rows(const MatrixVectorArguments a) { \
        matrix_vector<rows, true>(a);                                                                            \
    }
MATRIX_VECTOR(1)
MATRIX_VECTOR(2)
MATRIX_VECTOR(4)
