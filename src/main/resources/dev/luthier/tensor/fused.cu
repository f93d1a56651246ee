// The element-wise parts of a transformer block, each in one pass over memory. Rows are tokens; eight
// neighbouring values travel at once. Arithmetic is in float32, storage in T (bfloat16 or float).
// Compiled when first needed, without any header.

// Minus infinity, without a header.
#define LEAST __int_as_float(0xff800000)

struct bf16 {
  unsigned short bits;
};

__device__ __forceinline__ float load(bf16 x) {
  return __uint_as_float((unsigned int)x.bits << 16);
}
__device__ __forceinline__ float load(float x) { return x; }

__device__ __forceinline__ void store(bf16& to, float x) { // to the nearest, ties to even
  unsigned int u = __float_as_uint(x);
  to.bits = (u & 0x7fffffffu) > 0x7f800000u
      ? (unsigned short)0x7fc0
      : (unsigned short)((u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
}
__device__ __forceinline__ void store(float& to, float x) { to = x; }

template <class T>
struct __align__(16) Eight {
  T v[8];
};

template <class T>
__device__ __forceinline__ const Eight<T>& eight(const T* p) {
  return *reinterpret_cast<const Eight<T>*>(p);
}
template <class T>
__device__ __forceinline__ Eight<T>& eight(T* p) {
  return *reinterpret_cast<Eight<T>*>(p);
}

// The sum over a thread block, in every thread; the block has at most 32 warps.
__device__ __forceinline__ float sum(float x) {
  __shared__ float parts[32];
  for (int d = 16; d > 0; d >>= 1) x += __shfl_xor_sync(0xffffffffu, x, d);
  int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  __syncthreads();
  if (lane == 0) parts[warp] = x;
  __syncthreads();
  x = lane < (blockDim.x >> 5) ? parts[lane] : 0.f;
  for (int d = 16; d > 0; d >>= 1) x += __shfl_xor_sync(0xffffffffu, x, d);
  return x;
}

__device__ __forceinline__ float greatest(float x) {
  __shared__ float parts[32];
  for (int d = 16; d > 0; d >>= 1) x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, d));
  int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  __syncthreads();
  if (lane == 0) parts[warp] = x;
  __syncthreads();
  x = lane < (blockDim.x >> 5) ? parts[lane] : LEAST;
  for (int d = 16; d > 0; d >>= 1) x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, d));
  return x;
}

// out = x / sqrt(mean(x^2) + eps) * w; scale = 1 / sqrt(mean(x^2) + eps). A thread block per row.
template <class T>
__device__ void rms_norm(
    const T* x, const T* w, T* out, float* scale, long width, long out_stride, float eps) {
  long row = blockIdx.x;
  const T* from = x + row * width;
  float square = 0;
  for (long i = threadIdx.x * 8L; i < width; i += blockDim.x * 8L) {
    Eight<T> a = eight(from + i);
#pragma unroll
    for (int j = 0; j < 8; j++) square += load(a.v[j]) * load(a.v[j]);
  }
  float r = rsqrtf(sum(square) / width + eps);
  if (threadIdx.x == 0) scale[row] = r;
  T* to = out + row * out_stride;
  for (long i = threadIdx.x * 8L; i < width; i += blockDim.x * 8L) {
    Eight<T> a = eight(from + i), b = eight(w + i), o;
#pragma unroll
    for (int j = 0; j < 8; j++) store(o.v[j], load(a.v[j]) * r * load(b.v[j]));
    eight(to + i) = o;
  }
}

// out = residual + dL/dx, with r = scale and s = sum(g w x): r g w - x r^3 s / width.
template <class T>
__device__ void rms_norm_back(
    const T* g, const T* x, const T* w, const float* scale, const T* residual, T* out, long width,
    long g_stride) {
  long row = blockIdx.x;
  const T* gr = g + row * g_stride;
  const T* xr = x + row * width;
  float dot = 0;
  for (long i = threadIdx.x * 8L; i < width; i += blockDim.x * 8L) {
    Eight<T> a = eight(gr + i), b = eight(xr + i), c = eight(w + i);
#pragma unroll
    for (int j = 0; j < 8; j++) dot += load(a.v[j]) * load(b.v[j]) * load(c.v[j]);
  }
  float r = scale[row];
  float k = r * r * r * sum(dot) / width;
  for (long i = threadIdx.x * 8L; i < width; i += blockDim.x * 8L) {
    Eight<T> a = eight(gr + i), b = eight(xr + i), c = eight(w + i);
    Eight<T> d = eight(residual + row * width + i), o;
#pragma unroll
    for (int j = 0; j < 8; j++)
      store(o.v[j], load(d.v[j]) + r * load(a.v[j]) * load(c.v[j]) - load(b.v[j]) * k);
    eight(out + row * width + i) = o;
  }
}

// The first `heads` heads of every row, in place: y[j] = x[j] cos[j] + x[j +- part/2] sin[j], where
// sin is negated in its first half. A thread has eight values of a first half and their partners.
template <class T>
__device__ void rotate(
    T* x, const T* cos, const T* sin, long rows, int heads, int width, int part, long stride) {
  int each = part / 16;
  long at = blockIdx.x * (long)blockDim.x + threadIdx.x;
  if (at >= rows * heads * each) return;
  long row = at / (heads * each);
  int head = (int)(at / each % heads), j = (int)(at % each) * 8;
  T* p = x + row * stride + (long)head * width + j;
  const T* c = cos + row * part + j;
  const T* s = sin + row * part + j;
  Eight<T> a = eight(p), b = eight(p + part / 2), oa, ob;
  Eight<T> ca = eight(c), cb = eight(c + part / 2), sa = eight(s), sb = eight(s + part / 2);
#pragma unroll
  for (int i = 0; i < 8; i++) {
    float u = load(a.v[i]), v = load(b.v[i]);
    store(oa.v[i], u * load(ca.v[i]) + v * load(sa.v[i]));
    store(ob.v[i], v * load(cb.v[i]) + u * load(sb.v[i]));
  }
  eight(p) = oa;
  eight(p + part / 2) = ob;
}

// The gradients of queries, keys (both turned back) and values side by side.
template <class T>
__device__ void rotate_back(
    const T* q, const T* k, const T* v, const T* cos, const T* sin, T* out, long rows, int queries,
    int groups, int width, int part, long q_row, long q_head, long k_row, long k_head, long v_row,
    long v_head) {
  long columns = (long)(queries + 2 * groups) * width;
  long at = (blockIdx.x * (long)blockDim.x + threadIdx.x) * 8;
  if (at >= rows * columns) return;
  long row = at / columns;
  int column = (int)(at % columns), head = column / width, j = column % width;
  const T* from = head < queries
      ? q + row * q_row + head * q_head
      : head < queries + groups ? k + row * k_row + (head - queries) * k_head
                                : v + row * v_row + (head - queries - groups) * v_head;
  Eight<T> a = eight(from + j);
  if (head < queries + groups && j < part) {
    int partner = j < part / 2 ? j + part / 2 : j - part / 2;
    Eight<T> b = eight(from + partner), c = eight(cos + row * part + j);
    Eight<T> s = eight(sin + row * part + partner);
#pragma unroll
    for (int i = 0; i < 8; i++)
      store(a.v[i], load(a.v[i]) * load(c.v[i]) + load(b.v[i]) * load(s.v[i]));
  }
  eight(out + at) = a;
}

// out = silu(gate) up, where gate and up lie side by side.
template <class T>
__device__ void swiglu(const T* both, T* out, long rows, long inner, long out_stride) {
  long at = (blockIdx.x * (long)blockDim.x + threadIdx.x) * 8;
  if (at >= rows * inner) return;
  long row = at / inner, column = at % inner;
  Eight<T> g = eight(both + row * 2 * inner + column);
  Eight<T> u = eight(both + row * 2 * inner + inner + column), o;
#pragma unroll
  for (int i = 0; i < 8; i++) {
    float x = load(g.v[i]);
    store(o.v[i], x / (1.f + __expf(-x)) * load(u.v[i]));
  }
  eight(out + row * out_stride + column) = o;
}

// In place: gate and up become their gradients, the gradient becomes silu(gate) up.
template <class T>
__device__ void swiglu_back(T* both, T* gradient, long rows, long inner, long stride) {
  long at = (blockIdx.x * (long)blockDim.x + threadIdx.x) * 8;
  if (at >= rows * inner) return;
  long row = at / inner, column = at % inner;
  T* pg = both + row * 2 * inner + column;
  T* pd = gradient + row * stride + column;
  Eight<T> g = eight(pg), u = eight(pg + inner), d = eight(pd);
#pragma unroll
  for (int i = 0; i < 8; i++) {
    float x = load(g.v[i]), up = load(u.v[i]), dy = load(d.v[i]);
    float sigmoid = 1.f / (1.f + __expf(-x)), act = x * sigmoid;
    store(g.v[i], dy * up * sigmoid * (1.f + x * (1.f - sigmoid)));
    store(u.v[i], dy * act);
    store(d.v[i], act * up);
  }
  eight(pg) = g;
  eight(pg + inner) = u;
  eight(pd) = d;
}

// losses = -log softmax(x)[target], and x becomes its gradient, times factor. A thread block per row.
template <class T>
__device__ void cross_entropy(
    T* logits, const long long* targets, float* losses, long width, float factor) {
  T* x = logits + blockIdx.x * width;
  long whole = width % 8 == 0 ? width : 0;
  float most = LEAST, total = 0;
  for (long i = threadIdx.x * 8L; i < whole; i += blockDim.x * 8L) {
    Eight<T> a = eight(x + i);
    float top = load(a.v[0]);
#pragma unroll
    for (int j = 1; j < 8; j++) top = fmaxf(top, load(a.v[j]));
    float next = fmaxf(most, top);
    total *= __expf(most - next);
#pragma unroll
    for (int j = 0; j < 8; j++) total += __expf(load(a.v[j]) - next);
    most = next;
  }
  for (long i = whole + threadIdx.x; i < width; i += blockDim.x) {
    float a = load(x[i]), next = fmaxf(most, a);
    total = total * __expf(most - next) + __expf(a - next);
    most = next;
  }
  float top = greatest(most);
  float all = sum(most == LEAST ? 0.f : total * __expf(most - top));
  float log_all = top + __logf(all);
  long target = targets[blockIdx.x];
  if (threadIdx.x == 0) losses[blockIdx.x] = log_all - load(x[target]);
  __syncthreads();
  for (long i = threadIdx.x * 8L; i < whole; i += blockDim.x * 8L) {
    Eight<T> a = eight(x + i);
#pragma unroll
    for (int j = 0; j < 8; j++)
      store(a.v[j], factor * (__expf(load(a.v[j]) - log_all) - (i + j == target ? 1.f : 0.f)));
    eight(x + i) = a;
  }
  for (long i = whole + threadIdx.x; i < width; i += blockDim.x)
    store(x[i], factor * (__expf(load(x[i]) - log_all) - (i == target ? 1.f : 0.f)));
}

// Eight values of a vector of n, to rows within wider ones.
template <class T>
__device__ __forceinline__ void write(
    const float* v, T* out, long at, long n, long columns, long stride) {
  if (columns % 8 == 0 && stride % 8 == 0) { // and at < n, so all eight are of one row
    unsigned int row = (unsigned int)(at / 8) / (unsigned int)(columns / 8);
    Eight<T> o;
#pragma unroll
    for (int j = 0; j < 8; j++) store(o.v[j], v[j]);
    eight(out + row * stride + (at - row * columns)) = o;
    return;
  }
  for (int j = 0; j < 8 && at + j < n; j++)
    store(out[(at + j) / columns * stride + (at + j) % columns], v[j]);
}

// out = value of a half byte times its block's scale; eight values share a block.
template <class T>
__device__ void unpack_pairs(
    const unsigned char* bytes, const float2* pairs, const float* scales, T* out, long n,
    long columns, long stride, long shift) {
  __shared__ float2 table[256];
  table[threadIdx.x] = pairs[threadIdx.x];
  __syncthreads();
  long at = (blockIdx.x * (long)blockDim.x + threadIdx.x) * 8;
  if (at >= n) return;
  unsigned int four = 0;
  if (at + 8 <= n)
    four = *reinterpret_cast<const unsigned int*>(bytes + at / 2);
  else
    for (int j = 0; j < (n - at + 1) / 2; j++) four |= (unsigned int)bytes[at / 2 + j] << 8 * j;
  float scale = scales[at >> shift], v[8];
#pragma unroll
  for (int j = 0; j < 4; j++) {
    float2 two = table[four >> 8 * j & 255];
    v[2 * j] = two.x * scale;
    v[2 * j + 1] = two.y * scale;
  }
  write(v, out, at, n, columns, stride);
}

// The same of whole bytes.
template <class T>
__device__ void unpack_bytes(
    const unsigned char* bytes, const float* values, const float* scales, T* out, long n,
    long columns, long stride, long shift) {
  __shared__ float table[256];
  table[threadIdx.x] = values[threadIdx.x];
  __syncthreads();
  long at = (blockIdx.x * (long)blockDim.x + threadIdx.x) * 8;
  if (at >= n) return;
  float scale = scales[at >> shift], v[8];
#pragma unroll
  for (int j = 0; j < 8; j++) v[j] = at + j < n ? table[bytes[at + j]] * scale : 0.f;
  write(v, out, at, n, columns, stride);
}

#define KERNELS(T, suffix)                                                                        \
  extern "C" __global__ void unpack_pairs_##suffix(                                               \
      const unsigned char* bytes, const float2* pairs, const float* scales, T* out, long n,       \
      long columns, long stride, long shift) {                                                    \
    unpack_pairs(bytes, pairs, scales, out, n, columns, stride, shift);                           \
  }                                                                                               \
  extern "C" __global__ void unpack_bytes_##suffix(                                               \
      const unsigned char* bytes, const float* values, const float* scales, T* out, long n,       \
      long columns, long stride, long shift) {                                                    \
    unpack_bytes(bytes, values, scales, out, n, columns, stride, shift);                          \
  }                                                                                               \
  extern "C" __global__ void rms_norm_##suffix(                                                   \
      const T* x, const T* w, T* out, float* scale, long width, long out_stride, float eps) {     \
    rms_norm(x, w, out, scale, width, out_stride, eps);                                           \
  }                                                                                               \
  extern "C" __global__ void rms_norm_back_##suffix(                                              \
      const T* g, const T* x, const T* w, const float* scale, const T* residual, T* out,          \
      long width, long g_stride) {                                                                \
    rms_norm_back(g, x, w, scale, residual, out, width, g_stride);                                \
  }                                                                                               \
  extern "C" __global__ void rotate_##suffix(                                                     \
      T* x, const T* cos, const T* sin, long rows, long heads, long width, long part,             \
      long stride) {                                                                              \
    rotate(x, cos, sin, rows, (int)heads, (int)width, (int)part, stride);                         \
  }                                                                                               \
  extern "C" __global__ void rotate_back_##suffix(                                                \
      const T* q, const T* k, const T* v, const T* cos, const T* sin, T* out, long rows,          \
      long queries, long groups, long width, long part, long q_row, long q_head, long k_row,      \
      long k_head, long v_row, long v_head) {                                                     \
    rotate_back(                                                                                  \
        q, k, v, cos, sin, out, rows, (int)queries, (int)groups, (int)width, (int)part, q_row,    \
        q_head, k_row, k_head, v_row, v_head);                                                    \
  }                                                                                               \
  extern "C" __global__ void swiglu_##suffix(                                                     \
      const T* both, T* out, long rows, long inner, long out_stride) {                            \
    swiglu(both, out, rows, inner, out_stride);                                                   \
  }                                                                                               \
  extern "C" __global__ void swiglu_back_##suffix(                                                \
      T* both, T* gradient, long rows, long inner, long stride) {                                 \
    swiglu_back(both, gradient, rows, inner, stride);                                             \
  }                                                                                               \
  extern "C" __global__ void cross_entropy_##suffix(                                              \
      T* logits, const long long* targets, float* losses, long width, float factor) {             \
    cross_entropy(logits, targets, losses, width, factor);                                        \
  }

KERNELS(bf16, bf16)
KERNELS(float, f32)
