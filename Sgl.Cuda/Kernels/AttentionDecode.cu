// Attention of one new token a sequence over its paged context. The query heads of a kv head are the rows of one
// tensor-core tile, so each key and value is read once. Nothing but the contexts' lengths, read on the device, says who
// works on what: a launch that was recorded in a graph serves every later step with as many sequences.
#include "Matrix.cuh"

#ifndef HEAD_DIM
#error HEAD_DIM is given by the launcher
#endif

constexpr int D = HEAD_DIM;
constexpr int WARPS = 4;
constexpr int THREADS = WARPS * 32;
constexpr int TILE = 16;             // context tokens a warp takes at once
constexpr int ROUND = WARPS * TILE;  // context tokens a block takes at once
constexpr int ROW = D + 8;           // elements of a row in shared memory: 16 bytes more, against bank conflicts
constexpr int STAGES = 2;
constexpr int CHUNKS = D / 8;        // 16-byte chunks of a row
constexpr int HEADS = 16;            // query heads of a tile

struct DecodeArguments {
    const element* q;       // [T, heads * D]
    const element* keys;    // [pool, kv_heads * D]
    const element* values;
    element* output;        // [T, heads * D]
    float* partial;         // [teams, head tiles, 2, HEADS, D]
    float* exponents;       // [teams, head tiles, 2, HEADS]: log2 of the sum of weights
    int* finished;          // [teams, head tiles]: blocks that are done; zero between launches
    const Sequence* sequences;
    const int* slots;
    u64 q_stride, keys_stride, values_stride, output_stride;
    int heads, kv_heads;
    int count;   // sequences; one with an empty context is passed over
    int window;  // 0: all
    float scale, soft_cap;
};

// The rounds of all sequences are dealt out evenly: a team, which is a block for every head tile, takes consecutive
// ones, be they of one sequence or of several.
struct Deal {
    int share, more;  // rounds of a team; so many teams, the first, have one more
    int teams;        // that have any

    __device__ Deal(int rounds, int most_teams) {
        teams = min(rounds, most_teams);
        share = teams > 0 ? rounds / teams : 0;
        more = teams > 0 ? rounds % teams : 0;
    }
    __device__ int begin(int team) const { return team * share + min(team, more); }
    __device__ int team_of(int round) const {
        int large = more * (share + 1);
        return round < large ? round / (share + 1) : more + (round - large) / share;
    }
};

// Where a block's work lies among the rounds of all sequences.
struct Share {
    int sequence, before;  // the first that it touches, and the rounds before that one
    int begin, end;
};

// The context tokens that a sequence's new one sees begin here.
__device__ __forceinline__ int first_seen(const DecodeArguments& a, int context) {
    return a.window > 0 ? max(0, context - a.window) : 0;
}

__device__ __forceinline__ int rounds_of(const DecodeArguments& a, int context) {
    return (context - first_seen(a, context) + ROUND - 1) / ROUND;
}

// Each thread counts the rounds of some consecutive sequences; who holds the block's first one tells the others.
__device__ __forceinline__ Deal find_share(const DecodeArguments& a, Share& share) {
    __shared__ int sums[WARPS], found[2];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    int each = (a.count + THREADS - 1) / THREADS;
    int first = min((int)threadIdx.x * each, a.count), last = min(first + each, a.count);
    int own = 0;
    for (int s = first; s < last; s++)
        own += rounds_of(a, a.sequences[s].context);
    int before = own;
#pragma unroll
    for (int offset = 1; offset < 32; offset <<= 1) {
        int lower = __shfl_up_sync(0xffffffffu, before, offset);
        before += lane >= offset ? lower : 0;
    }
    if (lane == 31)
        sums[warp] = before;
    __syncthreads();
    before -= own;
    int all = 0;
#pragma unroll
    for (int w = 0; w < WARPS; w++) {
        before += w < warp ? sums[w] : 0;
        all += sums[w];
    }
    Deal deal(all, gridDim.y);
    int team = blockIdx.y;
    share.begin = team < deal.teams ? deal.begin(team) : all;
    share.end = team < deal.teams ? deal.begin(team + 1) : all;
    if (before <= share.begin && share.begin < before + own) {
        int s = first;
        for (int rounds; before + (rounds = rounds_of(a, a.sequences[s].context)) <= share.begin; s++)
            before += rounds;
        found[0] = s;
        found[1] = before;
    }
    __syncthreads();
    bool has_any = share.begin < share.end;
    share.sequence = has_any ? found[0] : 0;
    share.before = has_any ? found[1] : all;
    return deal;
}

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

// A block's part of a sequence. Rounds count from the sequence's first.
struct Part {
    int query;                   // row of q and output
    int first_head, rows;        // heads of the tile
    int begin, end, all;         // rounds; all: of the sequence
    u64 slot;                    // of partial and exponents
    __device__ bool is_whole() const { return end - begin == all; }
};

__device__ __forceinline__ u64 partial_slot(int team, bool is_tail) {
    return ((u64)team * gridDim.x + blockIdx.x) * 2 + is_tail;
}

// Joins the warps' results, which lie in shared memory, and writes the rows that are heads.
__device__ __forceinline__ void join_warps(
    const DecodeArguments& a, const float* o, const float* tops, const float* sums, const Part& part) {
    for (int i = threadIdx.x; i < part.rows * D; i += THREADS) {
        int row = i / D, d = i % D;
        float top = MINUS_INFINITY;
#pragma unroll
        for (int w = 0; w < WARPS; w++)
            top = fmaxf(top, tops[w * HEADS + row]);
        float sum = 0.0f, value = 0.0f;
#pragma unroll
        for (int w = 0; w < WARPS; w++) {
            float weight = exp2_fast(tops[w * HEADS + row] - top);
            sum += weight * sums[w * HEADS + row];
            value += weight * o[(w * HEADS + row) * D + d];
        }
        if (part.is_whole()) {
            a.output[part.query * a.output_stride + (part.first_head + row) * D + d] = to_element(value / sum);
        } else {
            a.partial[(part.slot * HEADS + row) * D + d] = value / sum;
            if (d == 0)
                a.exponents[part.slot * HEADS + row] = top + log2f(sum);
        }
    }
}

// The block that finishes last joins the teams' parts of a sequence, always in the same order.
__device__ __forceinline__ void join_teams(const DecodeArguments& a, const Deal& deal, int before, const Part& part) {
    __shared__ bool is_last;
    int first = deal.team_of(before), last = deal.team_of(before + part.all - 1);
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
        // A team shares only its last sequence with later teams, so the first team's counter is this sequence's.
        int* finished = a.finished + first * gridDim.x + blockIdx.x;
        is_last = atomicAdd(finished, 1) == last - first;
        if (is_last)
            *finished = 0;
    }
    __syncthreads();
    if (!is_last)
        return;
    __threadfence();
    bool first_is_tail = deal.begin(first) < before;
    for (int i = threadIdx.x * 4; i < part.rows * D; i += THREADS * 4) {
        int row = i / D, d = i % D;
        float top = MINUS_INFINITY, sum = 0.0f;
        float4 value = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
#pragma unroll 4
        for (int team = first; team <= last; team++) {
            u64 index = partial_slot(team, team == first && first_is_tail) * HEADS + row;
            float exponent = __ldcg(a.exponents + index);
            float4 other = __ldcg(reinterpret_cast<const float4*>(a.partial + index * D + d));
            float higher = fmaxf(top, exponent);
            float shrink = exp2_fast(top - higher), weight = exp2_fast(exponent - higher);
            top = higher;
            sum = sum * shrink + weight;
            value.x = value.x * shrink + weight * other.x;
            value.y = value.y * shrink + weight * other.y;
            value.z = value.z * shrink + weight * other.z;
            value.w = value.w * shrink + weight * other.w;
        }
        *reinterpret_cast<uint2*>(a.output + part.query * a.output_stride + (part.first_head + row) * D + d) =
            make_uint2(to_elements(value.x / sum, value.y / sum), to_elements(value.z / sum, value.w / sum));
    }
}

// Attends over a part's rounds; the warps' results are in shared memory afterwards, not yet visible to the others.
__device__ __forceinline__ void attend_part(
    const DecodeArguments& a, const Sequence& sequence, const Part& part, int kv_head, bool& waited, bool is_end,
    element* tiles, float* o, float* tops, float* sums) {
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    tiles += warp * STAGES * 2 * TILE * ROW;
    const int* slots = a.slots + sequence.slot_start;
    int start = first_seen(a, sequence.context);
    int end = min(sequence.context, start + part.end * ROUND);
    Running r;
#pragma unroll
    for (int i = 0; i < D / 8; i++)
        r.o[i][0] = r.o[i][1] = r.o[i][2] = r.o[i][3] = 0.0f;
    r.top[0] = r.top[1] = MINUS_INFINITY;
    r.sum[0] = r.sum[1] = 0.0f;

    int token = start + part.begin * ROUND + warp * TILE, own = token + (lane & 15);
    int slot = own < end ? slots[own] : -1;
    // Keys and values of earlier steps are there already; the new token's come from the kernel before.
    if (!waited && token + TILE >= sequence.context) {
        wait_for_previous();
        waited = true;
    }
    if (token < end)
        load_tile(a, tiles, tiles + TILE * ROW, kv_head, slot, lane);
    if (!waited)
        wait_for_previous();
    waited = true;

    u32 q[D / 16][4];
    const element* query = a.q + part.query * a.q_stride + part.first_head * D + 2 * (lane & 3);
#pragma unroll
    for (int k = 0; k < D / 16; k++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int row = (lane >> 2) + (i & 1) * 8;
            q[k][i] = row < part.rows ? *reinterpret_cast<const u32*>(query + row * D + k * 16 + (i >> 1) * 8) : 0;
        }
    }
    own += ROUND;
    slot = own < end ? slots[own] : -1;
    for (int stage = 0; token < end; token += ROUND, stage ^= 1) {
        if (token + ROUND < end) {
            element* next = tiles + (stage ^ 1) * 2 * TILE * ROW;
            load_tile(a, next, next + TILE * ROW, kv_head, slot, lane);
            own += ROUND;
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

    if (is_end)
        let_next_start();
    __syncthreads();
#pragma unroll
    for (int half = 0; half < 2; half++) {
        int row = warp * HEADS + (lane >> 2) + half * 8;
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
}

// Blocks over (head tiles: kv heads × tiles of 16 query heads, teams).
extern "C" __global__ void
    __launch_bounds__(THREADS, D <= 64 ? 4 : D <= 128 ? 3 : 1) attention_decode(const DecodeArguments a) {
    extern __shared__ uint4 shared[];
    element* tiles = reinterpret_cast<element*>(shared);
    float* o = reinterpret_cast<float*>(shared);  // once the tiles are used up
    float* tops = o + WARPS * HEADS * D;
    float* sums = tops + WARPS * HEADS;
    int group = a.heads / a.kv_heads, head_tiles = (group + HEADS - 1) / HEADS;
    int kv_head = blockIdx.x / head_tiles;
    Part part;
    part.first_head = kv_head * group + blockIdx.x % head_tiles * HEADS;
    part.rows = min(HEADS, (kv_head + 1) * group - part.first_head);

    Share share;
    const Deal deal = find_share(a, share);
    bool waited = false;
    for (int s = share.sequence, before = share.before; before < share.end; before += part.all, s++) {
        const Sequence sequence = a.sequences[s];
        part.all = rounds_of(a, sequence.context);
        if (part.all == 0)
            continue;
        part.query = sequence.query_start;
        part.begin = max(share.begin - before, 0);
        part.end = min(share.end - before, part.all);
        part.slot = partial_slot(blockIdx.y, before > share.begin);
        attend_part(a, sequence, part, kv_head, waited, before + part.all >= share.end, tiles, o, tops, sums);
        __syncthreads();
        join_warps(a, o, tops, sums, part);
        if (!part.is_whole())
            join_teams(a, deal, before, part);
        __syncthreads();
    }
    // Every block waits, or kernels further on would not wait for all.
    if (!waited)
        begin_kernel();
}
