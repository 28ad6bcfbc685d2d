// What every kernel file includes: element types, 16-byte accesses, reductions. No toolkit header is used.
#pragma once

typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

// Activations, keys, values and most weights are stored as 16 bits; arithmetic is float.
typedef u16 element;

#ifdef SGL_FLOAT16
#define MMA_TYPE "f16"
__device__ __forceinline__ float to_float(element e) {
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(e));
    return f;
}
__device__ __forceinline__ element to_element(float f) {
    element e;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(e) : "f"(f));
    return e;
}
// Two floats to one register, `low` in the lower half.
__device__ __forceinline__ u32 to_elements(float low, float high) {
    return (u32)to_element(low) | ((u32)to_element(high) << 16);
}
__device__ __forceinline__ float2 to_floats(u32 pair) {
    return make_float2(to_float((element)pair), to_float((element)(pair >> 16)));
}
#else
#define MMA_TYPE "bf16"
__device__ __forceinline__ float to_float(element e) { return __uint_as_float((u32)e << 16); }
__device__ __forceinline__ u32 to_elements(float low, float high) {
    u32 pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}
__device__ __forceinline__ element to_element(float f) { return (element)to_elements(f, 0.0f); }
__device__ __forceinline__ float2 to_floats(u32 pair) {
    return make_float2(__uint_as_float(pair << 16), __uint_as_float(pair & 0xffff0000u));
}
#endif

// From Hopper on the next kernel's blocks may start while this one's still run (Kernel.Launch asks for it): what they
// do before wait_for_previous overlaps with this kernel's end. Nothing that an earlier kernel of the stream writes or
// still reads may be touched before it, and every block must call it, or kernels further on would not wait for all.
__device__ __forceinline__ void let_next_start() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;");
#endif
}

__device__ __forceinline__ void wait_for_previous() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

__device__ __forceinline__ void begin_kernel() {
    let_next_start();
    wait_for_previous();
}

// A row's result of sampling.
struct Chosen {
    int token;
    float logprob;
};

// Tokens below 0 stand for what a row of the last sampling drew (Pass.Drawn): the host may not know it yet.
__device__ __forceinline__ int resolve(int token, const Chosen* drawn) {
    return token >= 0 ? token : drawn[-1 - token].token;
}

// V elements at once: 8 are one 16-byte access (the address must allow it), 1 is the way for odd shapes.
template <int V> struct Vector;

template <> struct Vector<1> {
    float f[1];
    __device__ __forceinline__ void load(const element* p) { f[0] = to_float(*p); }
    __device__ __forceinline__ void store(element* p) const { *p = to_element(f[0]); }
};

template <> struct Vector<8> {
    float f[8];
    __device__ __forceinline__ void load(const element* p) {
        uint4 bits = *reinterpret_cast<const uint4*>(p);
        const u32 words[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float2 pair = to_floats(words[i]);
            f[2 * i] = pair.x;
            f[2 * i + 1] = pair.y;
        }
    }
    __device__ __forceinline__ void store(element* p) const {
        *reinterpret_cast<uint4*>(p) = make_uint4(
            to_elements(f[0], f[1]), to_elements(f[2], f[3]), to_elements(f[4], f[5]), to_elements(f[6], f[7]));
    }
};

// activation: Sgl.Engine.Execution.Activation.
__device__ __forceinline__ float activate(float x, int activation) {
    if (activation == 0)
        return x / (1.0f + __expf(-x));
    if (activation == 1)
        return 0.5f * x * (1.0f + erff(x * 0.70710678f));
    return 0.5f * x * (1.0f + tanhf(0.79788456f * (x + 0.044715f * x * x * x)));
}

__device__ __forceinline__ float warp_sum(float x) {
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1)
        x += __shfl_xor_sync(0xffffffffu, x, offset);
    return x;
}

// Sum over a block of at most 1024 threads, in the same order every time; every thread gets it.
__device__ __forceinline__ float block_sum(float x) {
    __shared__ float sums[32];
    x = warp_sum(x);
    if ((threadIdx.x & 31) == 0)
        sums[threadIdx.x >> 5] = x;
    __syncthreads();
    int warps = (blockDim.x + 31) >> 5;
    float total = (threadIdx.x & 31) < warps ? sums[threadIdx.x & 31] : 0.0f;
    total = warp_sum(total);
    __syncthreads();
    return total;
}
