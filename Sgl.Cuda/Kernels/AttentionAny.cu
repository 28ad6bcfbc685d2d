// Attention for head sizes and strides that the tensor-core kernels do not take: a warp for each (query token, head).
#include "Matrix.cuh"

constexpr int PER_LANE = 16;  // heads of up to 512 elements

struct AnyArguments {
    const element* q;
    const element* keys;
    const element* values;
    element* output;
    const Sequence* sequences;
    const int* slots;
    u64 q_stride, keys_stride, values_stride, output_stride;
    int heads, kv_heads, head_dim;
    int window;
    float scale, soft_cap;
};

// Blocks over (new tokens, heads, sequences).
extern "C" __global__ void attention_any(const AnyArguments a) {
    begin_kernel();
    const Sequence sequence = a.sequences[blockIdx.z];
    int lane = threadIdx.x, head = blockIdx.y, kv_head = head / (a.heads / a.kv_heads);
    // Nothing to see: a row that only fills a graph's batch.
    if (blockIdx.x >= sequence.query_count || sequence.context == 0)
        return;
    u64 token = sequence.query_start + blockIdx.x;
    int position = sequence.context - sequence.query_count + blockIdx.x;
    float q[PER_LANE], o[PER_LANE] = {}, top = MINUS_INFINITY, sum = 0.0f;
#pragma unroll
    for (int i = 0; i < PER_LANE; i++)
        q[i] = i * 32 + lane < a.head_dim
            ? to_float(a.q[token * a.q_stride + head * a.head_dim + i * 32 + lane]) : 0.0f;
    for (int key = a.window > 0 ? max(0, position - a.window + 1) : 0; key <= position; key++) {
        u64 slot = a.slots[sequence.slot_start + key];
        const element* k = a.keys + slot * a.keys_stride + kv_head * a.head_dim;
        const element* v = a.values + slot * a.values_stride + kv_head * a.head_dim;
        float product = 0.0f;
#pragma unroll
        for (int i = 0; i < PER_LANE; i++)
            if (i * 32 + lane < a.head_dim)
                product += q[i] * to_float(k[i * 32 + lane]);
        float e = score_exponent(warp_sum(product), a.scale, a.soft_cap);
        float higher = fmaxf(top, e), shrink = exp2_fast(top - higher), weight = exp2_fast(e - higher);
        top = higher;
        sum = sum * shrink + weight;
#pragma unroll
        for (int i = 0; i < PER_LANE; i++)
            if (i * 32 + lane < a.head_dim)
                o[i] = o[i] * shrink + weight * to_float(v[i * 32 + lane]);
    }
#pragma unroll
    for (int i = 0; i < PER_LANE; i++)
        if (i * 32 + lane < a.head_dim)
            a.output[token * a.output_stride + head * a.head_dim + i * 32 + lane] = to_element(o[i] / sum);
}
