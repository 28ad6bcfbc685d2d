// Attention of one new token a sequence over its paged context. The query heads of a kv head are the rows of one
// tensor-core tile, so each key and value is read once; the context is split over blocks and, inside, over warps.
#include "Matrix.cuh"

#ifndef HEAD_DIM
#error HEAD_DIM is given by the launcher
#endif

constexpr int D = HEAD_DIM;
constexpr int WARPS = 4;
constexpr int TILE = 16;      // context tokens a warp takes at once
constexpr int ROW = D + 8;    // elements of a row in shared memory: 16 bytes more, against bank conflicts
constexpr int STAGES = 2;
constexpr int CHUNKS = D / 8; // 16-byte chunks of a row

struct DecodeArguments {
    const element* q;       // [T, heads * D]
    const element* keys;    // [pool, kv_heads * D]
    const element* values;
    element* output;        // [T, heads * D]
    float* partial;         // [splits, sequences, heads, D]; used when splits > 1
    float* exponents;       // [splits, sequences, heads]: log2 of the sum of weights
    int* finished;          // [sequences, blocks in y]: splits that are done; zero between launches
    const Sequence* sequences;
    const int* slots;
    u64 q_stride, keys_stride, values_stride, output_stride;
    int heads, kv_heads;
    int chunk;   // context tokens of a split
    int splits;
    int window;  // 0: all
    float scale, soft_cap;
};

__device__ __forceinline__ void load_tile(
    const DecodeArguments& a, element* keys, element* values, int kv_head, int slot, int lane) {
#pragma unroll
    for (int i = 0; i < TILE * CHUNKS / 32; i++) {
        int chunk = i * 32 + lane;
        int row = chunk / CHUNKS, column = chunk % CHUNKS * 8;
        int row_slot = __shfl_sync(0xffffffffu, slot, row);
        u64 s = row_slot < 0 ? 0 : row_slot;
        copy_async(keys + row * ROW + column, a.keys + s * a.keys_stride + kv_head * D + column, row_slot >= 0);
        copy_async(
            values + row * ROW + column, a.values + s * a.values_stride + kv_head * D + column, row_slot >= 0);
    }
    commit_copies();
}

// One warp's running softmax over its tiles.
struct Running {
    float o[D / 8][4];
    float top[2];  // of rows lane / 4 and lane / 4 + 8
    float sum[2];  // this lane's share
};

__device__ __forceinline__ void attend_tile(
    const DecodeArguments& a, const element* keys, const element* values, const u32 (&q)[D / 16][4], int valid,
    int lane, Running& r) {
    float s[2][4] = {};
    const element* key_row = keys + ((lane & 7) + ((lane >> 4) << 3)) * ROW + ((lane >> 3) & 1) * 8;
#pragma unroll
    for (int k = 0; k < D / 16; k++) {
        u32 b[4];
        load_matrices(b, key_row + k * 16);
        multiply_add(s[0], q[k], b[0], b[1]);
        multiply_add(s[1], q[k], b[2], b[3]);
    }
    float top[2] = {r.top[0], r.top[1]};
#pragma unroll
    for (int i = 0; i < 8; i++) {
        int column = (i >> 2) * 8 + 2 * (lane & 3) + (i & 1), row = (i >> 1) & 1;
        float& e = s[i >> 2][i & 3];
        e = column < valid ? score_exponent(e, a.scale, a.soft_cap) : MINUS_INFINITY;
        top[row] = fmaxf(top[row], e);
    }
    float shrink[2];
#pragma unroll
    for (int row = 0; row < 2; row++) {
        top[row] = quad_max(top[row]);
        shrink[row] = exp2_fast(r.top[row] - top[row]);
        r.top[row] = top[row];
        r.sum[row] *= shrink[row];
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
        int row = (i >> 1) & 1;
        float& e = s[i >> 2][i & 3];
        e = exp2_fast(e - top[row]);
        r.sum[row] += e;
    }
    const u32 p[4] = {to_elements(s[0][0], s[0][1]), to_elements(s[0][2], s[0][3]),
                      to_elements(s[1][0], s[1][1]), to_elements(s[1][2], s[1][3])};
    const element* value_row = values + ((lane & 7) + ((lane >> 3) & 1) * 8) * ROW + (lane >> 4) * 8;
#pragma unroll
    for (int d = 0; d < D / 16; d++) {
        u32 b[4];
        load_matrices_transposed(b, value_row + d * 16);
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float(&o)[4] = r.o[2 * d + half];
            o[0] *= shrink[0];
            o[1] *= shrink[0];
            o[2] *= shrink[1];
            o[3] *= shrink[1];
            multiply_add(o, p, b[2 * half], b[2 * half + 1]);
        }
    }
}

__device__ __forceinline__ u64 split_index(const DecodeArguments& a, int split, int head) {
    return ((u64)split * gridDim.z + blockIdx.z) * a.heads + head;
}

// Joins the warps' results, which lie in shared memory, and writes the rows that are heads.
__device__ __forceinline__ void join_warps(
    const DecodeArguments& a, const float* o, const float* tops, const float* sums, int first_head, int rows,
    int query) {
    for (int i = threadIdx.x; i < rows * D; i += WARPS * 32) {
        int row = i / D, d = i % D, head = first_head + row;
        float top = MINUS_INFINITY;
#pragma unroll
        for (int w = 0; w < WARPS; w++)
            top = fmaxf(top, tops[w * 16 + row]);
        float sum = 0.0f, value = 0.0f;
#pragma unroll
        for (int w = 0; w < WARPS; w++) {
            float weight = exp2_fast(tops[w * 16 + row] - top);
            sum += weight * sums[w * 16 + row];
            value += weight * o[(w * 16 + row) * D + d];
        }
        if (a.splits == 1) {
            a.output[query * a.output_stride + head * D + d] = to_element(value / sum);
        } else {
            u64 index = split_index(a, blockIdx.x, head);
            a.partial[index * D + d] = value / sum;
            if (d == 0)
                a.exponents[index] = top + log2f(sum);
        }
    }
}

// The block that finishes last joins the splits of its sequence and heads.
__device__ __forceinline__ void join_splits(
    const DecodeArguments& a, float* exponents, int first_head, int rows, int query) {
    __shared__ bool is_last;
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
        int* finished = a.finished + blockIdx.z * gridDim.y + blockIdx.y;
        is_last = atomicAdd(finished, 1) == a.splits - 1;
        if (is_last)
            *finished = 0;
    }
    __syncthreads();
    if (!is_last)
        return;
    __threadfence();
    for (int i = threadIdx.x; i < a.splits * 16; i += WARPS * 32)
        exponents[i] = i % 16 < rows ? __ldcg(a.exponents + split_index(a, i / 16, first_head + i % 16)) : 0.0f;
    __syncthreads();
    for (int i = threadIdx.x; i < rows * D; i += WARPS * 32) {
        int row = i / D, d = i % D;
        const float* partial = a.partial + split_index(a, 0, first_head + row) * D + d;
        u64 stride = (u64)gridDim.z * a.heads * D;
        float top = MINUS_INFINITY, sum = 0.0f, value = 0.0f;
        for (int s = 0; s < a.splits; s++)
            top = fmaxf(top, exponents[s * 16 + row]);
#pragma unroll 8
        for (int s = 0; s < a.splits; s++) {
            float weight = exp2_fast(exponents[s * 16 + row] - top);
            float part = __ldcg(partial + s * stride);
            sum += weight;
            // What a split without tokens left unwritten may be anything.
            value += weight > 0.0f ? weight * part : 0.0f;
        }
        a.output[query * a.output_stride + (first_head + row) * D + d] = to_element(value / sum);
    }
}

// Blocks over (splits, kv heads × tiles of 16 query heads, sequences).
extern "C" __global__ void __launch_bounds__(WARPS * 32) attention_decode(const DecodeArguments a) {
    extern __shared__ uint4 shared[];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const Sequence sequence = a.sequences[blockIdx.z];
    int group = a.heads / a.kv_heads, head_tiles = (group + 15) / 16;
    int kv_head = blockIdx.y / head_tiles;
    int first_head = kv_head * group + blockIdx.y % head_tiles * 16;
    int rows = min(16, (kv_head + 1) * group - first_head);
    int start = a.window > 0 ? max(0, sequence.context - a.window) : 0;
    int begin = start + blockIdx.x * a.chunk, end = min(sequence.context, begin + a.chunk);
    if (begin >= end) {
        wait_for_previous();
        // Another sequence needs this many splits; the sum over this one's must not count it.
        for (int row = threadIdx.x; row < rows; row += WARPS * 32)
            a.exponents[split_index(a, blockIdx.x, first_head + row)] = MINUS_INFINITY;
        join_splits(a, reinterpret_cast<float*>(shared), first_head, rows, sequence.query_start);
        return;
    }

    element* tiles = reinterpret_cast<element*>(shared) + warp * STAGES * 2 * TILE * ROW;
    const int* slots = a.slots + sequence.slot_start;
    Running r;
#pragma unroll
    for (int i = 0; i < D / 8; i++)
        r.o[i][0] = r.o[i][1] = r.o[i][2] = r.o[i][3] = 0.0f;
    r.top[0] = r.top[1] = MINUS_INFINITY;
    r.sum[0] = r.sum[1] = 0.0f;

    int token = begin + warp * TILE, own = token + (lane & 15);
    int slot = own < end ? slots[own] : -1;
    // Keys and values of earlier steps are there already; the new token's come from the kernel before.
    bool early = token + TILE < sequence.context;
    if (!early)
        wait_for_previous();
    if (token < end)
        load_tile(a, tiles, tiles + TILE * ROW, kv_head, slot, lane);
    if (early)
        wait_for_previous();

    u32 q[D / 16][4];
    const element* query = a.q + sequence.query_start * a.q_stride + first_head * D + 2 * (lane & 3);
#pragma unroll
    for (int k = 0; k < D / 16; k++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int row = (lane >> 2) + (i & 1) * 8;
            q[k][i] = row < rows ? *reinterpret_cast<const u32*>(query + row * D + k * 16 + (i >> 1) * 8) : 0;
        }
    }
    own += WARPS * TILE;
    slot = own < end ? slots[own] : -1;
    for (int stage = 0; token < end; token += WARPS * TILE, stage ^= 1) {
        if (token + WARPS * TILE < end) {
            element* next = tiles + (stage ^ 1) * 2 * TILE * ROW;
            load_tile(a, next, next + TILE * ROW, kv_head, slot, lane);
            own += WARPS * TILE;
            slot = own < end ? slots[own] : -1;
            wait_copies<1>();
        } else {
            wait_copies<0>();
        }
        __syncwarp();
        const element* keys = tiles + stage * 2 * TILE * ROW;
        attend_tile(a, keys, keys + TILE * ROW, q, end - token, lane, r);
        __syncwarp();
    }

    let_next_start();
    __syncthreads();
    float* o = reinterpret_cast<float*>(shared);
    float* tops = o + WARPS * 16 * D;
    float* sums = tops + WARPS * 16;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        int row = warp * 16 + (lane >> 2) + half * 8;
        float sum = quad_sum(r.sum[half]);
        if ((lane & 3) == 0) {
            tops[row] = r.top[half];
            sums[row] = sum;
        }
#pragma unroll
        for (int i = 0; i < D / 8; i++)
            *reinterpret_cast<float2*>(o + row * D + i * 8 + 2 * (lane & 3)) =
                make_float2(r.o[i][2 * half], r.o[i][2 * half + 1]);
    }
    __syncthreads();
    join_warps(a, o, tops, sums, first_head, rows, sequence.query_start);
    if (a.splits > 1)
        join_splits(a, o, first_head, rows, sequence.query_start);
}
