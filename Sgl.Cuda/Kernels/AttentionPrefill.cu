// Attention of several new tokens a sequence over its paged context, on tensor cores with online softmax. A block takes
// a tile of query rows, a row being (token, query head of one kv head), and walks over the keys that they may see.
#include "Matrix.cuh"

#ifndef HEAD_DIM
#error HEAD_DIM is given by the launcher
#endif

constexpr int D = HEAD_DIM;
constexpr int WARPS = 4;
constexpr int MT = D <= 128 ? 2 : 1;   // tiles of 16 rows a warp holds
constexpr int ROWS = WARPS * MT * 16;  // of a block; the launcher's AttentionPrefill.RowsPerBlock
#ifndef TOKENS
#define TOKENS 64                      // keys at once; fewer where shared memory is small
#endif
constexpr int ROW = D + 8;             // elements of a row in shared memory: 16 bytes more, against bank conflicts
constexpr int CHUNKS = D / 8;
constexpr int THREADS = WARPS * 32;

struct Tile {
    int sequence, first_row;
};

struct PrefillArguments {
    const element* q;       // [T, heads * D]
    const element* keys;    // [pool, kv_heads * D]
    const element* values;
    element* output;        // [T, heads * D]
    const Sequence* sequences;
    const Tile* tiles;      // the block's work, longest first
    const int* slots;
    u64 q_stride, keys_stride, values_stride, output_stride;
    int heads, kv_heads;
    int window;  // 0: all
    float scale, soft_cap;
};

struct Shared {
    element q[ROWS * ROW];
    element keys[2][TOKENS * ROW];
    element values[2][TOKENS * ROW];
    int slots[2][TOKENS];
};

__device__ __forceinline__ void load_queries(
    const PrefillArguments& a, element* q, const Sequence& sequence, int first_row, int last_row, int group,
    int kv_head) {
    for (int i = threadIdx.x; i < ROWS * CHUNKS; i += THREADS) {
        int r = i / CHUNKS, column = i % CHUNKS * 8, row = min(first_row + r, last_row);
        const element* from = a.q + (sequence.query_start + row / group) * a.q_stride
            + (kv_head * group + row % group) * D + column;
        copy_async(q + r * ROW + column, from, true);
    }
}

// Rows beyond the context (slot -1) become zeros.
__device__ __forceinline__ void load_tile(const PrefillArguments& a, Shared& m, int stage, int kv_head) {
#pragma unroll 4
    for (int i = threadIdx.x; i < TOKENS * CHUNKS; i += THREADS) {
        int row = i / CHUNKS, column = i % CHUNKS * 8, slot = m.slots[stage][row];
        u64 s = slot < 0 ? 0 : slot;
        copy_async(m.keys[stage] + row * ROW + column, a.keys + s * a.keys_stride + kv_head * D + column, slot >= 0);
        copy_async(
            m.values[stage] + row * ROW + column, a.values + s * a.values_stride + kv_head * D + column, slot >= 0);
    }
    commit_copies();
}

struct Running {
    float o[MT][D / 8][4];
    float top[MT][2];  // of rows lane / 4 and lane / 4 + 8 of each tile
    float sum[MT][2];  // this lane's share
};

__device__ __forceinline__ void scores(const element* q, const element* keys, int lane, float (&s)[MT][TOKENS / 8][4]) {
    const element* query_row = q + (lane & 15) * ROW + (lane >> 4) * 8;
    const element* key_row = keys + ((lane & 7) + ((lane >> 4) << 3)) * ROW + ((lane >> 3) & 1) * 8;
#pragma unroll
    for (int m = 0; m < MT; m++)
#pragma unroll
        for (int n = 0; n < TOKENS / 8; n++)
            s[m][n][0] = s[m][n][1] = s[m][n][2] = s[m][n][3] = 0.0f;
#pragma unroll
    for (int k = 0; k < D / 16; k++) {
        u32 x[MT][4];
#pragma unroll
        for (int m = 0; m < MT; m++)
            load_matrices(x[m], query_row + m * 16 * ROW + k * 16);
#pragma unroll
        for (int n = 0; n < TOKENS / 16; n++) {
            u32 b[4];
            load_matrices(b, key_row + n * 16 * ROW + k * 16);
#pragma unroll
            for (int m = 0; m < MT; m++) {
                multiply_add(s[m][2 * n], x[m], b[0], b[1]);
                multiply_add(s[m][2 * n + 1], x[m], b[2], b[3]);
            }
        }
    }
}

// SOFT_CAP is an option of the compilation: most models have a better use for the registers of a hyperbolic tangent.
__device__ __forceinline__ void cap_scores(float (&s)[MT][TOKENS / 8][4], float scale, float soft_cap) {
#ifdef SOFT_CAP
#pragma unroll
    for (int i = 0; i < MT * TOKENS / 8 * 4; i++) {
        float& e = s[i / (TOKENS / 2)][i / 4 % (TOKENS / 8)][i % 4];
        e = soft_cap * tanhf(e * scale / soft_cap);
    }
#endif
}

// Position p sees keys in (p - window, p].
__device__ __forceinline__ void mask(
    const PrefillArguments& a, float (&s)[MT][TOKENS / 8][4], const int (&positions)[MT][2], int token, int lane) {
    int column = token + 2 * (lane & 3);
#pragma unroll
    for (int m = 0; m < MT; m++) {
#pragma unroll
        for (int i = 0; i < 4 * (TOKENS / 8); i++) {
            int last = positions[m][(i >> 1) & 1], key = column + (i >> 2) * 8 + (i & 1);
            if (key > last || (a.window > 0 && key <= last - a.window))
                s[m][i >> 2][i & 3] = MINUS_INFINITY;
        }
    }
}

// Scores to weights; what was summed so far shrinks to the new maximum, where there is one.
__device__ __forceinline__ void soften(float (&s)[MT][TOKENS / 8][4], float factor, Running& r) {
#pragma unroll
    for (int m = 0; m < MT; m++) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float top = r.top[m][half];
#pragma unroll
            for (int n = 0; n < TOKENS / 8; n++)
                top = fmaxf(top, fmaxf(s[m][n][2 * half], s[m][n][2 * half + 1]));
            top = quad_max(top);
            // A row that has seen no key yet keeps sums of zero.
            float base = top == MINUS_INFINITY ? 0.0f : top * factor;
            if (__any_sync(0xffffffffu, top > r.top[m][half])) {
                // Exactly 1 where the row's own maximum stands: no row's bits depend on the others of its tile.
                float shrink = top > r.top[m][half] ? exp2_fast(fmaf(r.top[m][half], factor, -base)) : 1.0f;
                r.top[m][half] = top;
                r.sum[m][half] *= shrink;
#pragma unroll
                for (int d = 0; d < D / 8; d++) {
                    r.o[m][d][2 * half] *= shrink;
                    r.o[m][d][2 * half + 1] *= shrink;
                }
            }
#pragma unroll
            for (int n = 0; n < TOKENS / 8; n++) {
#pragma unroll
                for (int i = 0; i < 2; i++) {
                    float& e = s[m][n][2 * half + i];
                    e = exp2_fast(fmaf(e, factor, -base));
                    r.sum[m][half] += e;
                }
            }
        }
    }
}

__device__ __forceinline__ void add_values(
    const element* values, const float (&s)[MT][TOKENS / 8][4], int lane, Running& r) {
    const element* value_row = values + ((lane & 7) + ((lane >> 3) & 1) * 8) * ROW + (lane >> 4) * 8;
#pragma unroll
    for (int k = 0; k < TOKENS / 16; k++) {
        u32 p[MT][4];
#pragma unroll
        for (int m = 0; m < MT; m++) {
            p[m][0] = to_elements(s[m][2 * k][0], s[m][2 * k][1]);
            p[m][1] = to_elements(s[m][2 * k][2], s[m][2 * k][3]);
            p[m][2] = to_elements(s[m][2 * k + 1][0], s[m][2 * k + 1][1]);
            p[m][3] = to_elements(s[m][2 * k + 1][2], s[m][2 * k + 1][3]);
        }
#pragma unroll
        for (int d = 0; d < D / 16; d++) {
            u32 b[4];
            load_matrices_transposed(b, value_row + k * 16 * ROW + d * 16);
#pragma unroll
            for (int m = 0; m < MT; m++) {
                multiply_add(r.o[m][2 * d], p[m], b[0], b[1]);
                multiply_add(r.o[m][2 * d + 1], p[m], b[2], b[3]);
            }
        }
    }
}

// Blocks over (tiles, kv heads).
extern "C" __global__ void __launch_bounds__(THREADS, D <= 128 ? 2 : 1) attention_prefill(const PrefillArguments a) {
    begin_kernel();
    extern __shared__ uint4 shared[];
    Shared& m = *reinterpret_cast<Shared*>(shared);
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const Tile tile = a.tiles[blockIdx.x];
    const Sequence sequence = a.sequences[tile.sequence];
    int kv_head = blockIdx.y, group = a.heads / a.kv_heads;
    int last_row = min(tile.first_row + ROWS, sequence.query_count * group) - 1;
    int offset = sequence.context - sequence.query_count;
    int first_position = offset + tile.first_row / group, end = offset + last_row / group + 1;
    int begin = a.window > 0 ? max(0, first_position - a.window + 1) / TOKENS * TOKENS : 0;
    const int* slots = a.slots + sequence.slot_start;

    int positions[MT][2];
#pragma unroll
    for (int t = 0; t < MT; t++)
#pragma unroll
        for (int half = 0; half < 2; half++)
            positions[t][half] = offset
                + min(tile.first_row + (warp * MT + t) * 16 + half * 8 + (lane >> 2), last_row) / group;

    Running r;
#pragma unroll
    for (int t = 0; t < MT; t++) {
#pragma unroll
        for (int d = 0; d < D / 8; d++)
            r.o[t][d][0] = r.o[t][d][1] = r.o[t][d][2] = r.o[t][d][3] = 0.0f;
        r.top[t][0] = r.top[t][1] = MINUS_INFINITY;
        r.sum[t][0] = r.sum[t][1] = 0.0f;
    }

#ifdef SOFT_CAP
    float factor = LOG2_E;
#else
    float factor = a.scale * LOG2_E;
#endif
    // Slots travel a tile ahead of keys and values, which travel a tile ahead of the arithmetic.
    if (threadIdx.x < 2 * TOKENS) {
        int token = begin + threadIdx.x;
        m.slots[threadIdx.x / TOKENS][threadIdx.x % TOKENS] = token < end ? slots[token] : -1;
    }
    load_queries(a, m.q, sequence, tile.first_row, last_row, group, kv_head);
    __syncthreads();
    load_tile(a, m, 0, kv_head);
    for (int token = begin, stage = 0; token < end; token += TOKENS, stage ^= 1) {
        wait_copies<0>();
        __syncthreads();
        if (token + TOKENS < end)
            load_tile(a, m, stage ^ 1, kv_head);
        int later = token + 2 * TOKENS + threadIdx.x, slot = -1;
        if (threadIdx.x < TOKENS && later < end)
            slot = slots[later];
        bool masked = token + TOKENS > first_position + 1 || (a.window > 0 && token <= end - 1 - a.window);
        float s[MT][TOKENS / 8][4];
        scores(m.q + warp * MT * 16 * ROW, m.keys[stage], lane, s);
        cap_scores(s, a.scale, a.soft_cap);
        if (masked)
            mask(a, s, positions, token, lane);
        soften(s, factor, r);
        add_values(m.values[stage], s, lane, r);
        if (threadIdx.x < TOKENS)
            m.slots[stage][threadIdx.x] = slot;
    }

#pragma unroll
    for (int t = 0; t < MT; t++) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            int row = tile.first_row + (warp * MT + t) * 16 + half * 8 + (lane >> 2);
            float factor = 1.0f / quad_sum(r.sum[t][half]);
            if (row > last_row)
                continue;
            element* to = a.output + (sequence.query_start + row / group) * a.output_stride
                + (kv_head * group + row % group) * D + 2 * (lane & 3);
#pragma unroll
            for (int d = 0; d < D / 8; d++)
                *reinterpret_cast<u32*>(to + d * 8) =
                    to_elements(r.o[t][d][2 * half] * factor, r.o[t][d][2 * half + 1] * factor);
        }
    }
}
