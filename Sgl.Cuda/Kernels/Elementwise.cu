// Operations that touch each element once: embedding, add, soft-cap, gated activation, gather.
#include "Common.cuh"

// A kernel comes in two widths: 8 elements a thread where addresses, strides and columns allow it, else 1.
#define BOTH_WIDTHS(name, Arguments)                                                        \
    extern "C" __global__ void name##_8(const Arguments a) { begin_kernel(); name<8>(a); }  \
    extern "C" __global__ void name##_1(const Arguments a) { begin_kernel(); name<1>(a); }

struct GatherArguments {
    const element* table;  // [rows of the table, columns]
    const int* rows;       // [R]; below 0: that of a drawn token
    const Chosen* drawn;
    element* output;       // [R, columns]
    u64 table_stride;
    u64 output_stride;
    int columns;
    float scale;
};

// output[r] = table[rows[r]] * scale; one block a row.
template <int V> __device__ void gather(const GatherArguments& a) {
    const element* from = a.table + (u64)resolve(a.rows[blockIdx.x], a.drawn) * a.table_stride;
    element* to = a.output + blockIdx.x * a.output_stride;
    for (int c = threadIdx.x * V; c < a.columns; c += blockDim.x * V) {
        Vector<V> x;
        x.load(from + c);
#pragma unroll
        for (int i = 0; i < V; i++)
            x.f[i] *= a.scale;
        x.store(to + c);
    }
}
BOTH_WIDTHS(gather, GatherArguments)

struct AddArguments {
    element* x;        // [R, columns]
    const element* y;  // [R, columns]
    u64 x_stride;
    u64 y_stride;
    int columns;
};

// x += y; blocks over (columns, rows).
template <int V> __device__ void add(const AddArguments& a) {
    int c = (blockIdx.y * blockDim.x + threadIdx.x) * V;
    if (c >= a.columns)
        return;
    element* to = a.x + blockIdx.x * a.x_stride + c;
    Vector<V> x, y;
    x.load(to);
    y.load(a.y + blockIdx.x * a.y_stride + c);
#pragma unroll
    for (int i = 0; i < V; i++)
        x.f[i] += y.f[i];
    x.store(to);
}
BOTH_WIDTHS(add, AddArguments)

struct SoftCapArguments {
    element* x;  // [R, columns]
    u64 stride;
    int columns;
    float cap;
};

// x = cap * tanh(x / cap); blocks over (columns, rows).
template <int V> __device__ void soft_cap(const SoftCapArguments& a) {
    int c = (blockIdx.y * blockDim.x + threadIdx.x) * V;
    if (c >= a.columns)
        return;
    element* to = a.x + blockIdx.x * a.stride + c;
    Vector<V> x;
    x.load(to);
#pragma unroll
    for (int i = 0; i < V; i++)
        x.f[i] = a.cap * tanhf(x.f[i] / a.cap);
    x.store(to);
}
BOTH_WIDTHS(soft_cap, SoftCapArguments)

struct GatedArguments {
    const element* gate_up;  // [R, 2 * columns]: gates first
    element* output;         // [R, columns]
    u64 input_stride;
    u64 output_stride;
    int columns;
    int activation;
};

// output = activation(gate) * up; blocks over (columns, rows).
template <int V> __device__ void gated(const GatedArguments& a) {
    int c = (blockIdx.y * blockDim.x + threadIdx.x) * V;
    if (c >= a.columns)
        return;
    const element* from = a.gate_up + blockIdx.x * a.input_stride + c;
    Vector<V> gate, up;
    gate.load(from);
    up.load(from + a.columns);
#pragma unroll
    for (int i = 0; i < V; i++)
        gate.f[i] = activate(gate.f[i], a.activation) * up.f[i];
    gate.store(a.output + blockIdx.x * a.output_stride + c);
}
BOTH_WIDTHS(gated, GatedArguments)
