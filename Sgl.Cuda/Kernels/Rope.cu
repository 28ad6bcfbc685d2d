// Rotary embedding: angles of a step, then rotation of queries and keys and the write into the KV pool.
#include "Common.cuh"

struct AnglesArguments {
    const int* positions;       // [T]
    const double* frequencies;  // [sets, half]
    const int* sets;            // [T] which set a token takes; null: all the first
    float* angles;              // [T, 2 * half]: cosines, then sines
    u64 stride;
    int half;
    float scale;
};

// One block a token. The angle is reduced in double: p * f in float would be off by 0.01 at position 131,072.
extern "C" __global__ void rope_angles(const AnglesArguments a) {
    begin_kernel();
    int t = blockIdx.x;
    const double* frequencies = a.frequencies + (u64)(a.sets ? a.sets[t] : 0) * a.half;
    float* row = a.angles + t * a.stride;
    for (int i = threadIdx.x; i < a.half; i += blockDim.x) {
        double angle = a.positions[t] * frequencies[i];
        double turns = rint(angle * 0.15915494309189535);
        float rest = (float)fma(turns, -2.4492935982947064e-16, fma(turns, -6.283185307179586, angle));
        float sine, cosine;
        sincosf(rest, &sine, &cosine);
        row[i] = a.scale * cosine;
        row[a.half + i] = a.scale * sine;
    }
}

struct RopeArguments {
    element* q;           // [T, heads * head_dim]
    element* k;           // [T, kv_heads * head_dim]
    const element* v;     // [T, kv_heads * head_dim]
    const float* angles;  // [T, 2 * half]; null rotates nothing
    const int* slots;     // [T]; -1: a row that only fills a graph's batch, nothing is done for it
    element* keys;        // [pool, kv_heads * head_dim]
    element* values;
    u64 q_stride, k_stride, v_stride, angles_stride, keys_stride, values_stride;
    int heads, kv_heads, head_dim;
    int half;         // pairs of a head that rotate
    int interleaved;  // pairs (2i, 2i + 1) instead of (i, i + half)
};

template <int V>
__device__ __forceinline__ void rotate_halves(element* head, const float* angles, int half, int i, element* copy) {
    Vector<V> a, b;
    a.load(head + i);
    b.load(head + half + i);
#pragma unroll
    for (int j = 0; j < V; j++) {
        float cosine = angles[i + j], sine = angles[half + i + j];
        float first = a.f[j] * cosine - b.f[j] * sine;
        b.f[j] = b.f[j] * cosine + a.f[j] * sine;
        a.f[j] = first;
    }
    a.store(head + i);
    b.store(head + half + i);
    if (copy) {
        a.store(copy + i);
        b.store(copy + half + i);
    }
}

__device__ __forceinline__ void rotate_pair(element* head, const float* angles, int half, int i, element* copy) {
    float cosine = angles[i], sine = angles[half + i];
    float a = to_float(head[2 * i]), b = to_float(head[2 * i + 1]);
    element first = to_element(a * cosine - b * sine), second = to_element(b * cosine + a * sine);
    head[2 * i] = first;
    head[2 * i + 1] = second;
    if (copy) {
        copy[2 * i] = first;
        copy[2 * i + 1] = second;
    }
}

// One block a token, blocks in y over its work: V pairs of a head, then V elements of the rest of k, then of v.
template <int V> __device__ void rope_store(const RopeArguments& a) {
    int t = blockIdx.x;
    int slot = a.slots[t];
    if (slot < 0)
        return;
    element* q = a.q + t * a.q_stride;
    element* k = a.k + t * a.k_stride;
    const element* v = a.v + t * a.v_stride;
    const float* angles = a.angles + t * a.angles_stride;
    element* keys = a.keys + (u64)slot * a.keys_stride;
    element* values = a.values + (u64)slot * a.values_stride;

    int half = a.angles ? a.half : 0;
    int pairs = half / V;                        // of a head
    int rest = (a.head_dim - 2 * half) / V;      // of a head of k
    int rotations = (a.heads + a.kv_heads) * pairs;
    int copies = a.kv_heads * rest;
    int width = a.kv_heads * a.head_dim / V;
    int all = rotations + copies + width;
    for (int work = blockIdx.y * blockDim.x + threadIdx.x; work < all; work += gridDim.y * blockDim.x) {
        if (work < rotations) {
            int head = work / pairs, i = work % pairs * V;
            bool is_key = head >= a.heads;
            int offset = (is_key ? head - a.heads : head) * a.head_dim;
            element* from = (is_key ? k : q) + offset;
            element* copy = is_key ? keys + offset : nullptr;
            if (V == 1 && a.interleaved)
                rotate_pair(from, angles, half, i, copy);
            else
                rotate_halves<V>(from, angles, half, i, copy);
        } else if (work < rotations + copies) {
            int head = (work - rotations) / rest, i = (work - rotations) % rest * V;
            Vector<V> e;
            e.load(k + head * a.head_dim + 2 * half + i);
            e.store(keys + head * a.head_dim + 2 * half + i);
        } else {
            int i = (work - rotations - copies) * V;
            Vector<V> e;
            e.load(v + i);
            e.store(values + i);
        }
    }
}

extern "C" __global__ void rope_store_8(const RopeArguments a) { begin_kernel(); rope_store<8>(a); }
extern "C" __global__ void rope_store_1(const RopeArguments a) { begin_kernel(); rope_store<1>(a); }
