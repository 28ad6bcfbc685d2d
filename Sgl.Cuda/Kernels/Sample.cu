// The choice of the next token, one block a row of logits: the device's twin of Sgl.Engine.Sampling.Sampler.
#include "Common.cuh"

constexpr int THREADS = 1024;
constexpr int WARPS = THREADS / 32;
constexpr int DIGIT_BITS = 3;         // of the radix select; 30 bits hold every weight, which is 1 at most
constexpr int DIGITS = 1 << DIGIT_BITS;
constexpr float GREEDY_BELOW = 1e-6f; // Sampler.GreedyBelow
constexpr float LEAST_LOGPROB = -9999.0f;

struct SampleRow {
    double uniform;  // Philox(seed, position), in [0, 1)
    float temperature, top_p, min_p, frequency, presence, repetition;
    int top_k;          // 0: all
    int top;            // best candidates to report; -1: no logprobs
    int token;          // report this one instead of choosing; -1: choose
    int bias_start, bias_count;      // (token, value) pairs in tokens and values
    int forbid_start, forbid_count;  // in tokens
    int output_start, output_count;  // in tokens; none when no penalty asks for them
    int seen_start, seen_count;      // prompt and output
    int allowed_start, allowed_count;  // words of a mask in allowed; none: all are allowed
};

struct SampleArguments {
    const element* logits;  // [rows, vocabulary]
    u64 stride;
    const SampleRow* rows;
    const int* tokens;
    const float* values;  // beside tokens
    const u32* allowed;   // bit t % 32 of a mask's word t / 32: token t may be chosen
    const Chosen* drawn;  // results of the sampling before
    float* work;          // [rows, vocabulary]
    int* counts;          // [rows, vocabulary]; null when no row has penalties
    Chosen* results;      // [rows]
    Chosen* top;          // [rows, most_top]
    int vocabulary;
    int most_top;
};

// NaN counts as -inf and +inf as the largest float.
__device__ __forceinline__ float usable(float x) {
    return x != x ? __int_as_float(0xff800000) : fminf(x, 3.402823466e38f);
}

// Orders as (value, lower id first); 0 stands below everything.
__device__ __forceinline__ u64 rank_of(float value, int id) {
    u32 bits = __float_as_uint(value);
    bits = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
    return ((u64)bits << 32) | (u32)~id;
}
__device__ __forceinline__ int id_of(u64 rank) { return (int)~(u32)rank; }
__device__ __forceinline__ float value_of(u64 rank) {
    u32 bits = (u32)(rank >> 32);
    return __uint_as_float(bits & 0x80000000u ? bits & 0x7fffffffu : ~bits);
}

template <class T> __device__ __forceinline__ T join(T a, T b);
template <> __device__ __forceinline__ u64 join(u64 a, u64 b) { return a > b ? a : b; }
template <> __device__ __forceinline__ double join(double a, double b) { return a + b; }
template <> __device__ __forceinline__ int join(int a, int b) { return a + b; }

template <class T> __device__ __forceinline__ T warp_join(T x) {
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1)
        x = join(x, __shfl_xor_sync(0xffffffffu, x, offset));
    return x;
}

// Largest u64 or sum of doubles over the block, in a fixed order; every thread gets it.
template <class T> __device__ T block_join(T x) {
    __shared__ T parts[WARPS];
    x = warp_join(x);
    if ((threadIdx.x & 31) == 0)
        parts[threadIdx.x >> 5] = x;
    __syncthreads();
    T all = warp_join(parts[threadIdx.x & 31]);
    __syncthreads();
    return all;
}

template <class Value> __device__ __forceinline__ u64 best_below(int vocabulary, u64 bound, Value value) {
    u64 best = 0;
#pragma unroll 8
    for (int i = threadIdx.x; i < vocabulary; i += THREADS) {
        u64 rank = rank_of(value(i), i);
        best = rank < bound && rank > best ? rank : best;
    }
    return block_join(best);
}

// Log of the softmax's denominator, and the best candidates with their logprobs.
__device__ double report_top(const SampleArguments& a, const element* logits, int count, Chosen* top) {
    auto value = [=](int i) { return usable(to_float(logits[i])); };
    u64 best = best_below(a.vocabulary, ~0ull, value);
    float max = value_of(best);
    double sum = 0.0;
    if (max != __int_as_float(0xff800000)) {
#pragma unroll 8
        for (int i = threadIdx.x; i < a.vocabulary; i += THREADS)
            sum += expf(value(i) - max);
        sum = block_join(sum);
    }
    double log_sum = sum > 0.0 ? max + log(sum) : 0.0;
    for (int n = 0; n < count; n++) {
        if (threadIdx.x == 0)
            top[n] = {id_of(best), fmaxf((float)(value_of(best) - log_sum), LEAST_LOGPROB)};
        if (n + 1 < count)
            best = best_below(a.vocabulary, best, value);
    }
    return log_sum;
}

// Bias, penalties and forbidden tokens, in the order that SamplingParams gives, then what a grammar allows.
__device__ void adjust(const SampleArguments& a, const SampleRow& row, float* x, int* counts) {
    for (int i = threadIdx.x; i < row.bias_count; i += THREADS) {
        int token = a.tokens[row.bias_start + i];
        x[token] = usable(x[token] + a.values[row.bias_start + i]);
    }
    __syncthreads();
    for (int i = threadIdx.x; i < row.output_count; i += THREADS)
        counts[resolve(a.tokens[row.output_start + i], a.drawn)] = 0;
    __syncthreads();
    for (int i = threadIdx.x; i < row.output_count; i += THREADS)
        atomicAdd(counts + resolve(a.tokens[row.output_start + i], a.drawn), 1);
    __syncthreads();
    for (int i = threadIdx.x; i < row.output_count; i += THREADS) {
        int token = resolve(a.tokens[row.output_start + i], a.drawn);
        int times = atomicExch(counts + token, 0);
        if (times > 0)
            x[token] = usable(x[token] - (row.frequency * times + row.presence));
    }
    __syncthreads();
    for (int i = threadIdx.x; i < row.forbid_count; i += THREADS)
        x[a.tokens[row.forbid_start + i]] = __int_as_float(0xff800000);
    for (int i = threadIdx.x; i < row.seen_count; i += THREADS)
        counts[resolve(a.tokens[row.seen_start + i], a.drawn)] = 0;
    __syncthreads();
    for (int i = threadIdx.x; i < row.seen_count; i += THREADS) {
        int token = resolve(a.tokens[row.seen_start + i], a.drawn);
        if (atomicExch(counts + token, 1) == 0) {
            float e = x[token];
            x[token] = usable(e > 0.0f ? e / row.repetition : e * row.repetition);
        }
    }
    __syncthreads();
    if (row.allowed_count == 0)
        return;
    const u32* allowed = a.allowed + row.allowed_start;
    for (int i = threadIdx.x; i < a.vocabulary; i += THREADS)
        if (!(allowed[i >> 5] >> (i & 31) & 1))
            x[i] = __int_as_float(0xff800000);
    __syncthreads();
}

// What stays of the candidates: weights above `last`, and those equal to it with an id below `end`.
struct Kept {
    float last;
    int end;
};

struct Histogram {
    int counts[DIGITS][THREADS];  // a column a thread: no atomics, and sums always in the same order
    float masses[DIGITS][THREADS];
    int digit_counts[DIGITS];
    double digit_masses[DIGITS];
    int digit;
    int count_above;
    double mass_above, limit;
};

__device__ void count_digits(const float* weights, int vocabulary, u32 prefix, int shift, Histogram& h) {
    int t = threadIdx.x, lane = t & 31, warp = t >> 5;
#pragma unroll
    for (int d = 0; d < DIGITS; d++) {
        h.counts[d][t] = 0;
        h.masses[d][t] = 0.0f;
    }
#pragma unroll 4
    for (int i = t; i < vocabulary; i += THREADS) {
        float weight = weights[i];
        u32 bits = __float_as_uint(weight);
        if (bits != 0 && bits >> (shift + DIGIT_BITS) == prefix) {
            int digit = (bits >> shift) & (DIGITS - 1);
            h.counts[digit][t]++;
            h.masses[digit][t] += weight;
        }
    }
    __syncthreads();
    if (warp < DIGITS) {
        int count = 0;
        for (int i = lane; i < THREADS; i += 32)
            count += h.counts[warp][i];
        count = warp_join(count);
        if (lane == 0)
            h.digit_counts[warp] = count;
    } else if (warp < 2 * DIGITS) {
        double mass = 0.0;
        for (int i = lane; i < THREADS; i += 32)
            mass += h.masses[warp - DIGITS][i];
        mass = warp_join(mass);
        if (lane == 0)
            h.digit_masses[warp - DIGITS] = mass;
    }
    __syncthreads();
}

// The id from which on candidates that only equal `last` fall, so that `kept` of them stay.
__device__ int tie_end(const float* weights, int vocabulary, float last, int kept) {
    __shared__ int ties[WARPS];
    __shared__ int end;
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    int segment = (vocabulary + THREADS - 1) / THREADS * 32, first = warp * segment;
    int stop = min(vocabulary, first + segment), count = 0;
    for (int i = first + lane; i < stop; i += 32)
        count += weights[i] == last;
    count = warp_join(count);
    if (lane == 0)
        ties[warp] = count;
    if (threadIdx.x == 0)
        end = vocabulary;
    __syncthreads();
    int before = 0;
    for (int w = 0; w < warp; w++)
        before += ties[w];
    if (before <= kept && kept < before + ties[warp]) {
        for (int i = first; i < stop; i += 32) {
            u32 equal = __ballot_sync(0xffffffffu, i + lane < stop && weights[i + lane] == last);
            int inside = __popc(equal);
            if (before + inside > kept) {
                if (lane == 0)
                    end = i + __fns(equal, 0, kept - before + 1);
                break;
            }
            before += inside;
        }
    }
    __syncthreads();
    return end;
}

// Joint top-k and top-p by radix select over the bits of the weights; CandidateFilter says the rule.
__device__ Kept select_last(const float* weights, const SampleRow& row, int vocabulary, Histogram& h) {
    int top_k = row.top_k <= 0 ? 0x7fffffff : row.top_k;
    u32 prefix = 0;
    constexpr int first = 30 - DIGIT_BITS;
    for (int shift = first; shift >= 0; shift -= DIGIT_BITS) {
        count_digits(weights, vocabulary, prefix, shift, h);
        if (threadIdx.x == 0) {
            if (shift == first) {
                double total = 0.0;
                for (int d = 0; d < DIGITS; d++)
                    total += h.digit_masses[d];
                h.limit = row.top_p < 1.0f ? row.top_p * total : __longlong_as_double(0x7ff0000000000000);
                h.count_above = 0;
                h.mass_above = 0.0;
            }
            int last = DIGITS;
            for (int d = DIGITS - 1; d >= 0; d--) {
                if (h.digit_counts[d] == 0)
                    continue;
                if (last < DIGITS) {
                    h.count_above += h.digit_counts[last];
                    h.mass_above += h.digit_masses[last];
                }
                last = d;
                if ((long long)h.count_above + h.digit_counts[d] >= top_k || h.mass_above + h.digit_masses[d] > h.limit)
                    break;
            }
            h.digit = last;
        }
        __syncthreads();
        prefix = (prefix << DIGIT_BITS) | h.digit;
    }
    float last = __uint_as_float(prefix);
    int equal = h.digit_counts[prefix & (DIGITS - 1)];
    double kept = fmin((double)equal, (double)top_k - h.count_above);
    kept = fmin(kept, floor((h.limit - h.mass_above) / last) + 1.0);
    return {last, kept < equal ? tie_end(weights, vocabulary, last, (int)kept) : vocabulary};
}

// The first token, in order of id, at which the sum of the kept weights exceeds uniform * their total.
__device__ int draw(const float* weights, int vocabulary, Kept kept, float least, double uniform) {
    __shared__ double sums[WARPS];
    __shared__ int token;
    auto weight_of = [=](int i) {
        float w = weights[i];
        return w >= least && (w > kept.last || (w == kept.last && i < kept.end)) ? w : 0.0f;
    };
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    int segment = (vocabulary + THREADS - 1) / THREADS * 32, first = warp * segment;
    int stop = min(vocabulary, first + segment);
    double sum = 0.0;
#pragma unroll 4
    for (int i = first + lane; i < stop; i += 32)
        sum += weight_of(i);
    sum = warp_join(sum);
    if (lane == 0)
        sums[warp] = sum;
    if (threadIdx.x == 0)
        token = 0;
    __syncthreads();
    double total = 0.0;
    for (int w = 0; w < WARPS; w++)
        total += sums[w];
    double target = uniform * total, before = 0.0, after = 0.0;
    int block = 0;
    for (int w = 0; w < WARPS && after <= target; w++) {
        if (sums[w] == 0.0)
            continue;
        block = w;
        before = after;
        after += sums[w];
    }
    if (warp == block) {
        int found = -1, latest = 0;
        for (int i = first; i < stop && found < 0; i += 32) {
            float w = i + lane < stop ? weight_of(i + lane) : 0.0f;
            double scan = w;
#pragma unroll
            for (int offset = 1; offset < 32; offset <<= 1) {
                double left = __shfl_up_sync(0xffffffffu, scan, offset);
                scan += lane >= offset ? left : 0.0;
            }
            u32 some = __ballot_sync(0xffffffffu, w > 0.0f);
            u32 beyond = __ballot_sync(0xffffffffu, w > 0.0f && before + scan > target);
            if (some)
                latest = i + 31 - __clz(some);
            if (beyond)
                found = i + __ffs(beyond) - 1;
            before += __shfl_sync(0xffffffffu, scan, 31);
        }
        if (lane == 0)
            token = found >= 0 ? found : latest;
    }
    __syncthreads();
    return token;
}

__device__ int choose(const SampleArguments& a, const SampleRow& row, const element* logits, Histogram& h) {
    bool greedy = row.temperature < GREEDY_BELOW;
    bool adjusted = row.bias_count + row.forbid_count + row.output_count + row.seen_count + row.allowed_count > 0;
    if (greedy && !adjusted)
        return id_of(best_below(a.vocabulary, ~0ull, [=](int i) { return usable(to_float(logits[i])); }));

    float* x = a.work + (u64)blockIdx.x * a.vocabulary;
#pragma unroll 8
    for (int i = threadIdx.x; i < a.vocabulary; i += THREADS)
        x[i] = usable(to_float(logits[i]));
    __syncthreads();
    if (adjusted)
        adjust(a, row, x, a.counts + (u64)blockIdx.x * a.vocabulary);
    u64 best = best_below(a.vocabulary, ~0ull, [=](int i) { return x[i]; });
    float max = value_of(best);
    if (greedy || max == __int_as_float(0xff800000))
        return id_of(best);

#pragma unroll 8
    for (int i = threadIdx.x; i < a.vocabulary; i += THREADS)
        x[i] = expf((x[i] - max) / row.temperature);
    __syncthreads();
    Kept kept = {0.0f, 0};
    if ((row.top_k > 0 && row.top_k < a.vocabulary) || row.top_p < 1.0f)
        kept = select_last(x, row, a.vocabulary, h);
    return draw(x, a.vocabulary, kept, row.min_p, row.uniform);
}

extern "C" __global__ void __launch_bounds__(THREADS) sample(const SampleArguments a) {
    begin_kernel();
    extern __shared__ double shared[];
    const SampleRow row = a.rows[blockIdx.x];
    const element* logits = a.logits + blockIdx.x * a.stride;
    double log_sum = row.top >= 0 ? report_top(a, logits, row.top, a.top + (u64)blockIdx.x * a.most_top) : 0.0;
    int token = row.token >= 0 ? row.token : choose(a, row, logits, *reinterpret_cast<Histogram*>(shared));
    if (threadIdx.x == 0) {
        float logprob = (float)(usable(to_float(logits[token])) - log_sum);
        a.results[blockIdx.x] = {token, row.top >= 0 ? fmaxf(logprob, LEAST_LOGPROB) : __int_as_float(0x7fc00000)};
    }
}
