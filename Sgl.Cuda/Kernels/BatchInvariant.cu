// output = x · weightᵀ + bias with the same bits for a row whatever other rows there are: every output is one chain of
// tensor-core products over 16 columns after the other, never split and joined. Tiles of rows come in three heights,
// which changes who computes a row, not how.
#include "Matrix.cuh"

constexpr int STEP = 64;        // columns at once
constexpr int ROW = STEP + 8;   // elements of a row in shared memory: 16 bytes more, against bank conflicts
constexpr int CHUNKS = STEP / 8;

struct ProductArguments {
    const element* x;       // [rows, columns]
    const element* weight;  // [outputs, columns]
    const element* bias;    // [outputs] or null
    element* output;        // [rows, outputs]
    u64 x_stride, weight_stride, output_stride;
    int rows, columns, outputs;
};

__device__ __forceinline__ float biased(const ProductArguments& a, float sum, int output) {
    return sum + (a.bias ? to_float(a.bias[output]) : 0.0f);
}

// COUNT rows of a matrix to shared memory; what lies beyond the matrix becomes zeros.
template <int COUNT, int THREADS>
__device__ __forceinline__ void load_rows(
    element* to, const element* from, u64 stride, int first, int rows, int column, int columns) {
    static_assert(COUNT * CHUNKS % THREADS == 0);
#pragma unroll
    for (int i = 0; i < COUNT * CHUNKS / THREADS; i++) {
        int chunk = i * THREADS + threadIdx.x, r = chunk / CHUNKS, c = chunk % CHUNKS * 8;
        bool valid = first + r < rows && column + c < columns;
        copy_async(to + r * ROW + c, valid ? from + (first + r) * stride + column + c : from, valid);
    }
}

// A block makes MT × NT outputs, its warps lie WM high and WN wide. Blocks over (tiles of rows, tiles of outputs).
template <int MT, int NT, int WM, int WN, int STAGES>
__device__ __forceinline__ void product(const ProductArguments& a) {
    constexpr int THREADS = WM * WN * 32, M = MT / WM / 16, N = NT / WN / 16;
    extern __shared__ uint4 shared[];
    element* xs = reinterpret_cast<element*>(shared);
    element* ws = xs + STAGES * MT * ROW;
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    int first_row = blockIdx.x * MT, first_output = blockIdx.y * NT;
    int warp_row = warp / WN * (M * 16), warp_output = warp % WN * (N * 16);

    auto load = [&](int stage, int column) {
        load_rows<MT, THREADS>(xs + stage * MT * ROW, a.x, a.x_stride, first_row, a.rows, column, a.columns);
        load_rows<NT, THREADS>(
            ws + stage * NT * ROW, a.weight, a.weight_stride, first_output, a.outputs, column, a.columns);
    };
    float sum[M][2 * N][4] = {};
    int steps = (a.columns + STEP - 1) / STEP;
#pragma unroll
    for (int s = 0; s < STAGES - 1; s++) {
        if (s < steps)
            load(s, s * STEP);
        commit_copies();
    }
    for (int step = 0; step < steps; step++) {
        wait_copies<STAGES - 2>();
        __syncthreads();
        if (step + STAGES - 1 < steps)
            load((step + STAGES - 1) % STAGES, (step + STAGES - 1) * STEP);
        commit_copies();
        const element* x = xs + step % STAGES * MT * ROW + (warp_row + (lane & 15)) * ROW + (lane >> 4) * 8;
        const element* w = ws + step % STAGES * NT * ROW
            + (warp_output + (lane & 7) + ((lane >> 4) << 3)) * ROW + ((lane >> 3) & 1) * 8;
#pragma unroll
        for (int k = 0; k < STEP / 16; k++) {
            u32 rows[M][4];
#pragma unroll
            for (int m = 0; m < M; m++)
                load_matrices(rows[m], x + m * 16 * ROW + k * 16);
#pragma unroll
            for (int n = 0; n < N; n++) {
                u32 b[4];
                load_matrices(b, w + n * 16 * ROW + k * 16);
#pragma unroll
                for (int m = 0; m < M; m++) {
                    multiply_add(sum[m][2 * n], rows[m], b[0], b[1]);
                    multiply_add(sum[m][2 * n + 1], rows[m], b[2], b[3]);
                }
            }
        }
    }

#pragma unroll
    for (int m = 0; m < M; m++) {
#pragma unroll
        for (int i = 0; i < 2 * N * 4; i++) {
            int row = first_row + warp_row + m * 16 + (lane >> 2) + ((i >> 1) & 1) * 8;
            int output = first_output + warp_output + (i >> 2) * 8 + 2 * (lane & 3) + (i & 1);
            if (row < a.rows && output < a.outputs)
                a.output[row * a.output_stride + output] = to_element(biased(a, sum[m][i >> 2][i & 3], output));
        }
    }
}

#define PRODUCT(rows, outputs, high, wide, stages)                                                                   \
    extern "C" __global__ void __launch_bounds__(high * wide * 32) product_##rows(const ProductArguments a) {        \
        begin_kernel();                                                                                              \
        product<rows, outputs, high, wide, stages>(a);                                                               \
    }
PRODUCT(16, 32, 1, 2, 6)
PRODUCT(64, 32, 2, 2, 4)
PRODUCT(128, 128, 2, 4, 2)

// For columns, strides or addresses that do not allow 16-byte accesses: a warp an output. Blocks over (outputs, rows).
extern "C" __global__ void product_any(const ProductArguments a) {
    begin_kernel();
    int lane = threadIdx.x & 31, output = blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5), row = blockIdx.y;
    if (output >= a.outputs)
        return;
    const element* x = a.x + row * a.x_stride;
    const element* w = a.weight + output * a.weight_stride;
    float sum = 0.0f;
    for (int c = lane; c < a.columns; c += 32)
        sum = fmaf(to_float(x[c]), to_float(w[c]), sum);
    sum = warp_sum(sum);
    if (lane == 0)
        a.output[row * a.output_stride + output] = to_element(biased(a, sum, output));
}
