// A step of generation: every sequence gets one token. Compiled behind fused.cu.

// Turns queries and keys of R tokens by their places and writes keys and values into the cache,
// (rows, groups, places, width). A thread has sixteen values of a head: eight of the first half of
// what is turned and their partners, or sixteen of what is not.
template <class T>
__device__ void append(
    T* x, const T* cos, const T* sin, const long long* lengths, T* keys, T* values, long rows,
    int queries, int groups, int width, int part, long places) {
  int each = width / 16, heads = queries + 2 * groups;
  long at = blockIdx.x * (long)blockDim.x + threadIdx.x;
  if (at >= rows * heads * each) return;
  long row = at / (heads * each);
  int head = (int)(at / each % heads), j = (int)(at % each) * 8;
  long place = lengths[row];
  bool value = head >= queries + groups, turned = !value && j < part / 2;
  int a = value ? 2 * j : turned ? j : part + (j - part / 2) * 2;
  int b = turned ? j + part / 2 : a + 8;
  T* p = x + (row * heads + head) * width;
  Eight<T> u = eight(p + a), v = eight(p + b);
  if (turned) {
    const T* c = cos + place * part;
    const T* s = sin + place * part;
    Eight<T> ca = eight(c + a), cb = eight(c + b), sa = eight(s + a), sb = eight(s + b);
#pragma unroll
    for (int i = 0; i < 8; i++) {
      float first = load(u.v[i]), second = load(v.v[i]);
      store(u.v[i], first * load(ca.v[i]) + second * load(sa.v[i]));
      store(v.v[i], second * load(cb.v[i]) + first * load(sb.v[i]));
    }
  }
  if (head >= queries) {
    int group = value ? head - queries - groups : head - queries;
    p = (value ? values : keys) + ((row * groups + group) * places + place) * width;
  }
  eight(p + a) = u;
  eight(p + b) = v;
}

#define SHARE 4
#define WIDEST 256
#define WARPS 8

// softmax(q k^T scale) v of one token of every sequence. A thread block has up to four query heads
// that share keys and values; width / 8 neighbouring threads have a place of the cache, the block's
// threads as many places as they go. Each set of threads keeps the running maximum, sum and mean of
// its own places (Milakov and Gimelshein 2018); they are joined at the end.
template <class T>
__device__ void attend(
    const T* x, const T* keys, const T* values, const long long* lengths, T* out, int queries,
    int groups, int width, long places, float scale, long window, long out_stride) {
  int per = queries / groups, shares = (per + SHARE - 1) / SHARE;
  int share = blockIdx.x % shares, group = blockIdx.x / shares % groups;
  long row = blockIdx.x / (shares * groups);
  int head = group * per + share * SHARE;
  int count = per - share * SHARE < SHARE ? per - share * SHARE : SHARE;
  int lanes = width / 8, lane = threadIdx.x % lanes;
  int slot = threadIdx.x / lanes, slots = blockDim.x / lanes;
  long end = lengths[row] + 1, begin = end > window ? end - window : 0;
  const T* k = keys + (row * groups + group) * places * width + lane * 8;
  const T* v = values + (row * groups + group) * places * width + lane * 8;
  float q[SHARE][8], mean[SHARE][8], most[SHARE], total[SHARE];
#pragma unroll
  for (int h = 0; h < SHARE; h++) {
    most[h] = LEAST;
    total[h] = 0;
    Eight<T> a = eight(x + (row * (queries + 2 * groups) + head + (h < count ? h : 0)) * width +
                       lane * 8);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      q[h][j] = load(a.v[j]) * scale;
      mean[h][j] = 0;
    }
  }
  for (long base = begin; base < end; base += slots) {
    long i = base + slot;
    bool in = i < end;
    Eight<T> a = eight(k + (in ? i : end - 1) * width), b = eight(v + (in ? i : end - 1) * width);
#pragma unroll
    for (int h = 0; h < SHARE; h++) {
      if (h >= count) break;
      float s = 0;
#pragma unroll
      for (int j = 0; j < 8; j++) s += q[h][j] * load(a.v[j]);
      for (int d = lanes / 2; d > 0; d >>= 1) s += __shfl_xor_sync(0xffffffffu, s, d);
      if (in) {
        float next = fmaxf(most[h], s), old = __expf(most[h] - next), p = __expf(s - next);
        total[h] = total[h] * old + p;
#pragma unroll
        for (int j = 0; j < 8; j++) mean[h][j] = mean[h][j] * old + p * load(b.v[j]);
        most[h] = next;
      }
    }
  }
  __shared__ float sums[WARPS][SHARE][WIDEST];
  __shared__ float mosts[WARPS][SHARE], totals[WARPS][SHARE];
  int warp = threadIdx.x >> 5;
#pragma unroll
  for (int h = 0; h < SHARE; h++) {
    if (h >= count) break;
    float top = most[h];
    for (int d = lanes; d < 32; d <<= 1) top = fmaxf(top, __shfl_xor_sync(0xffffffffu, top, d));
    float by = most[h] == LEAST ? 0.f : __expf(most[h] - top);
    float all = total[h] * by;
    for (int d = lanes; d < 32; d <<= 1) all += __shfl_xor_sync(0xffffffffu, all, d);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      float m = mean[h][j] * by;
      for (int d = lanes; d < 32; d <<= 1) m += __shfl_xor_sync(0xffffffffu, m, d);
      if ((threadIdx.x & 31) < lanes) sums[warp][h][lane * 8 + j] = m;
    }
    if ((threadIdx.x & 31) == 0) {
      mosts[warp][h] = top;
      totals[warp][h] = all;
    }
  }
  __syncthreads();
  for (int at = threadIdx.x; at < count * width; at += blockDim.x) {
    int h = at / width, j = at % width;
    float top = LEAST, all = 0, sum = 0;
    for (int w = 0; w < WARPS; w++) top = fmaxf(top, mosts[w][h]);
    for (int w = 0; w < WARPS; w++) {
      float by = mosts[w][h] == LEAST ? 0.f : __expf(mosts[w][h] - top);
      all += totals[w][h] * by;
      sum += sums[w][h][j] * by;
    }
    store(out[row * out_stride + (head + h) * width + j], sum / all);
  }
}

// The token whose cumulative probability under softmax(x / temperature) first passes u, or the
// likeliest where temperature is 0. A thread block of 32 warps per row; each warp adds up a part of
// the vocabulary, in double, and all go through the part in which the token is once more.
extern "C" __global__ void __launch_bounds__(1024) draw(
    const float* scores, const double* uniforms, double* out, long width, float temperature) {
  __shared__ float tops[32];
  __shared__ int places[32], chosen, last;
  __shared__ double ones[32], sums[32], runs[32];
  const float* x = scores + blockIdx.x * width;
  int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  int each = (int)((width + 31) / 32), from = warp * each;
  int to = from + each < width ? from + each : (int)width;
  float top = LEAST;
  int place = (int)width;
#pragma unroll 8
  for (int i = from + lane; i < to; i += 32) {
    float a = x[i];
    place = a > top ? i : place;
    top = fmaxf(top, a);
  }
  for (int d = 16; d > 0; d >>= 1) {
    float a = __shfl_xor_sync(0xffffffffu, top, d);
    int p = __shfl_xor_sync(0xffffffffu, place, d);
    place = a > top || (a == top && p < place) ? p : place;
    top = fmaxf(top, a);
  }
  if (lane == 0) {
    tops[warp] = top;
    places[warp] = place;
  }
  if (threadIdx.x == 0) {
    chosen = (int)width;
    last = -1;
  }
  __syncthreads();
  top = tops[0];
  place = places[0];
  for (int w = 1; w < 32; w++) {
    place = tops[w] > top ? places[w] : place;
    top = fmaxf(top, tops[w]);
  }
  bool greedy = temperature == 0;
  float by = greedy ? 1.f : 1.f / temperature;
  double one = 0, sum = 0;
#pragma unroll 4
  for (int i = from + lane; i < to; i += 32) {
    float a = x[i] - top;
    one += expf(a);
    sum += expf(a * by);
  }
  for (int d = 16; d > 0; d >>= 1) {
    one += __shfl_xor_sync(0xffffffffu, one, d);
    sum += __shfl_xor_sync(0xffffffffu, sum, d);
  }
  if (lane == 0) {
    ones[warp] = one;
    sums[warp] = sum;
  }
  __syncthreads();
  double whole = 0, model = 0, before = 0;
  for (int w = 0; w < 32; w++) {
    whole += sums[w];
    model += ones[w];
  }
  double goal = whole * uniforms[blockIdx.x];
  int part = 0;
  for (int w = 0, passed = 0; w < 32 && !passed; w++) {
    if (sums[w] > 0) {
      if (part < w && sums[part] > 0) before += sums[part];
      part = w;
      passed = before + sums[w] > goal;
    }
  }
  int own = (each + blockDim.x - 1) / blockDim.x, first = part * each + threadIdx.x * own;
  int end = part * each + each < width ? part * each + each : (int)width;
  int stop = first + own < end ? first + own : end;
  double some = 0;
  for (int i = first; i < stop; i++) some += expf((x[i] - top) * by);
  double upTo = some;
  for (int d = 1; d < 32; d <<= 1) {
    double a = __shfl_up_sync(0xffffffffu, upTo, d);
    if (lane >= d) upTo += a;
  }
  if (lane == 31) runs[warp] = upTo;
  __syncthreads();
  double run = before + (upTo - some);
  for (int w = 0; w < warp; w++) run += runs[w];
  for (int i = first; i < stop; i++) {
    double p = expf((x[i] - top) * by);
    run += p;
    if (p > 0) {
      atomicMax(&last, i); // should rounding leave none that passes
      if (run > goal) {
        atomicMin(&chosen, i);
        break;
      }
    }
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    if (!greedy) place = chosen < width ? chosen : last;
    if (place < 0 || place >= width) place = 0; // scores that are not numbers, which are refused
    double a = (double)x[place] - (double)top;
    double* row = out + blockIdx.x * 3L;
    row[0] = (double)place;
    row[1] = a - log(model);
    row[2] = greedy ? 0.0 : a * by - log(whole);
  }
}

#define STEP_KERNELS(T, suffix)                                                                   \
  extern "C" __global__ void append_##suffix(                                                     \
      T* x, const T* cos, const T* sin, const long long* lengths, T* keys, T* values, long rows,  \
      long queries, long groups, long width, long part, long places) {                            \
    append(                                                                                       \
        x, cos, sin, lengths, keys, values, rows, (int)queries, (int)groups, (int)width,          \
        (int)part, places);                                                                       \
  }                                                                                               \
  extern "C" __global__ void attend_##suffix(                                                     \
      const T* x, const T* keys, const T* values, const long long* lengths, T* out, long queries, \
      long groups, long width, long places, float scale, long window, long out_stride) {          \
    attend(                                                                                       \
        x, keys, values, lengths, out, (int)queries, (int)groups, (int)width, places, scale,      \
        window, out_stride);                                                                      \
  }

STEP_KERNELS(bf16, bf16)
STEP_KERNELS(float, f32)
