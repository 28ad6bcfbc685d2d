// output = x · weightᵀ + bias for a few rows of x: reads each weight once, at the speed of memory.
#include "Common.cuh"

struct MatrixVectorArguments {
    const element* x;       // [rows, columns]
    const element* weight;  // [outputs, columns]
    const element* bias;    // [outputs] or null
    element* output;        // [rows, outputs]
    u64 x_stride;
    u64 weight_stride;
    u64 output_stride;
    int rows;
    int columns;  // a multiple of 8
    int outputs;
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

// A warp makes N outputs of R rows.
template <int R, int N> __device__ __forceinline__ void matrix_vector(const MatrixVectorArguments& a) {
    constexpr int Steps = 4;
    int lane = threadIdx.x & 31;
    int first = (blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5)) * N;
    const element* w[N];
    const element* x[R];
    float sum[N][R];
#pragma unroll
    for (int n = 0; n < N; n++)
        w[n] = a.weight + (u64)min(first + n, a.outputs - 1) * a.weight_stride + lane * 8;
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
    for (int n = 0; n < N; n++) {
#pragma unroll
        for (int r = 0; r < R; r++) {
            float total = warp_sum(sum[n][r]);
            if (lane == 0 && first + n < a.outputs && r < a.rows) {
                float bias = a.bias ? to_float(a.bias[first + n]) : 0.0f;
                a.output[r * a.output_stride + first + n] = to_element(total + bias);
            }
        }
    }
}

#define MATRIX_VECTOR(rows)                                                                                \
    extern "C" __global__ void __launch_bounds__(128) matrix_vector_##rows(const MatrixVectorArguments a) { \
        matrix_vector<rows, 2>(a);                                                                         \
    }
MATRIX_VECTOR(1)
MATRIX_VECTOR(2)
MATRIX_VECTOR(4)
