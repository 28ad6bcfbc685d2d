// Root-mean-square norms over runs of `columns` elements, with an optional add before.
#include "Common.cuh"

struct RmsNormArguments {
    element* residual;      // null: plain norm of x; else residual += x, and that is normed
    const element* x;       // [R, runs * columns]
    const element* weight;  // [columns]
    element* output;        // [R, runs * columns]; may be x
    u64 residual_stride;
    u64 x_stride;
    u64 output_stride;
    int columns;
    int runs;  // of one row
    int total; // runs of all rows
    float epsilon;
    float offset;
};

// One group of `threads` threads a run: the whole block, or one of its warps. Only own elements are read twice.
template <int V, bool Block> __device__ void rms_norm(const RmsNormArguments& a) {
    int lane = Block ? threadIdx.x : threadIdx.x & 31;
    int threads = Block ? blockDim.x : 32;
    int run = Block ? blockIdx.x : blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
    if (run >= a.total)
        return;
    u64 row = run / a.runs, start = (u64)(run % a.runs) * a.columns;
    const element* x = a.x + row * a.x_stride + start;
    element* residual = a.residual + row * a.residual_stride + start;
    const element* source = a.residual ? residual : x;

    float squares = 0.0f;
    for (int c = lane * V; c < a.columns; c += threads * V) {
        Vector<V> e;
        e.load(x + c);
        if (a.residual) {
            Vector<V> r;
            r.load(residual + c);
#pragma unroll
            for (int i = 0; i < V; i++)
                r.f[i] += e.f[i];
            r.store(residual + c);
            e.load(residual + c);
        }
#pragma unroll
        for (int i = 0; i < V; i++)
            squares += e.f[i] * e.f[i];
    }
    squares = Block ? block_sum(squares) : warp_sum(squares);
    float factor = rsqrtf(squares / a.columns + a.epsilon);

    element* output = a.output + row * a.output_stride + start;
    for (int c = lane * V; c < a.columns; c += threads * V) {
        Vector<V> e, w;
        e.load(source + c);
        w.load(a.weight + c);
#pragma unroll
        for (int i = 0; i < V; i++)
            e.f[i] *= factor * (w.f[i] + a.offset);
        e.store(output + c);
    }
}

// A block a run, 8 elements a thread and no loop: the shape of a layer's norm, where latency is all that counts.
extern "C" __global__ void rms_norm_once_8(const RmsNormArguments a) {
    __shared__ float sums[32];
    let_next_start();
    int c = threadIdx.x * 8, warps = blockDim.x >> 5;
    bool inside = c < a.columns;
    u64 row = blockIdx.x / a.runs, start = (u64)(blockIdx.x % a.runs) * a.columns + c;
    Vector<8> e, w;
    if (inside)
        w.load(a.weight + c);
    wait_for_previous();
    float squares = 0.0f;
    if (inside) {
        e.load(a.x + row * a.x_stride + start);
        if (a.residual) {
            element* residual = a.residual + row * a.residual_stride + start;
            Vector<8> r;
            r.load(residual);
#pragma unroll
            for (int i = 0; i < 8; i++)
                e.f[i] = to_float(to_element(e.f[i] + r.f[i]));
            e.store(residual);
        }
#pragma unroll
        for (int i = 0; i < 8; i++)
            squares += e.f[i] * e.f[i];
    }
    squares = warp_sum(squares);
    if ((threadIdx.x & 31) == 0)
        sums[threadIdx.x >> 5] = squares;
    __syncthreads();
    squares = warp_sum((threadIdx.x & 31) < warps ? sums[threadIdx.x & 31] : 0.0f);
    float factor = rsqrtf(squares / a.columns + a.epsilon);
    if (inside) {
#pragma unroll
        for (int i = 0; i < 8; i++)
            e.f[i] *= factor * (w.f[i] + a.offset);
        e.store(a.output + row * a.output_stride + start);
    }
}

extern "C" __global__ void rms_norm_block_8(const RmsNormArguments a) { begin_kernel(); rms_norm<8, true>(a); }
extern "C" __global__ void rms_norm_block_1(const RmsNormArguments a) { begin_kernel(); rms_norm<1, true>(a); }
extern "C" __global__ void rms_norm_warp_8(const RmsNormArguments a) { begin_kernel(); rms_norm<8, false>(a); }
extern "C" __global__ void rms_norm_warp_1(const RmsNormArguments a) { begin_kernel(); rms_norm<1, false>(a); }
