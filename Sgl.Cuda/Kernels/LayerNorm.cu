// Layer norms over runs of `columns` elements: mean and variance in two passes, a block a run.
#include "Common.cuh"

struct LayerNormArguments {
    const element* x;       // [R, runs * columns]
    const element* weight;  // [1 or runs, columns]
    const element* bias;    // likewise, or null
    element* output;        // [R, runs * columns]; may be x
    u64 x_stride;
    u64 output_stride;
    int columns;
    int runs;         // of one row
    int weight_rows;  // 1 or runs
    float epsilon;
};

template <int V> __device__ void layer_norm(const LayerNormArguments& a) {
    int run = blockIdx.x % a.runs, first = threadIdx.x * V, step = blockDim.x * V;
    u64 row = blockIdx.x / a.runs, start = (u64)run * a.columns, weights = a.weight_rows == 1 ? 0 : start;
    const element* x = a.x + row * a.x_stride + start;
    float sum = 0.0f;
    for (int c = first; c < a.columns; c += step) {
        Vector<V> e;
        e.load(x + c);
#pragma unroll
        for (int i = 0; i < V; i++)
            sum += e.f[i];
    }
    float mean = block_sum(sum) / a.columns, squares = 0.0f;
    for (int c = first; c < a.columns; c += step) {
        Vector<V> e;
        e.load(x + c);
#pragma unroll
        for (int i = 0; i < V; i++)
            squares += (e.f[i] - mean) * (e.f[i] - mean);
    }
    float factor = rsqrtf(block_sum(squares) / a.columns + a.epsilon);
    element* output = a.output + row * a.output_stride + start;
    for (int c = first; c < a.columns; c += step) {
        Vector<V> e, w, b;
        e.load(x + c);
        w.load(a.weight + weights + c);
        if (a.bias)
            b.load(a.bias + weights + c);
#pragma unroll
        for (int i = 0; i < V; i++)
            e.f[i] = (e.f[i] - mean) * factor * w.f[i] + (a.bias ? b.f[i] : 0.0f);
        e.store(output + c);
    }
}

extern "C" __global__ void layer_norm_8(const LayerNormArguments a) { begin_kernel(); layer_norm<8>(a); }
extern "C" __global__ void layer_norm_1(const LayerNormArguments a) { begin_kernel(); layer_norm<1>(a); }
