package dev.luthier.train;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.cuda.CUDAEvent;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.cuda.CUDAStreamGuard;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * State in pinned host memory that visits the GPU piece by piece. There are two buffers on the GPU
 * and a stream for each direction: while one piece is worked on, the next arrives and the last one
 * leaves. The host waits for nothing, until somebody asks for the vectors.
 */
final class Streamed implements Shelf {
  private static final int BUFFERS = 2;

  private final List<Piece> pieces;
  private final List<Kept> kept;
  private final List<Tensor> host; // of each that is kept, pinned
  private final List<Buffer> buffers = new ArrayList<>();
  private final CUDAStream in;
  private final CUDAStream out;
  private final byte device;

  /**
   * Room on the GPU for one piece.
   *
   * @param state for each that is kept
   * @param arrived the copy to here
   * @param done the work on it
   * @param left the copy from here
   */
  private record Buffer(List<Tensor> state, CUDAEvent arrived, CUDAEvent done, CUDAEvent left) {}

  Streamed(List<Piece> pieces, List<Kept> kept, Compute compute) {
    this.pieces = pieces;
    this.kept = kept;
    this.device = (byte) Math.max(0, compute.torchDevice().index());
    long most = pieces.stream().mapToLong(Piece::count).max().orElse(0);
    try (Scope scope = new Scope()) {
      host = kept.stream().map(k -> scope.keep(pinned(k, k.entries(pieces)))).toList();
      in = scope.keep(torch_cuda.getStreamFromPool(false, device));
      out = scope.keep(torch_cuda.getStreamFromPool(false, device));
      for (int i = 0; i < BUFFERS; i++) {
        List<Tensor> state = new ArrayList<>();
        for (Kept k : kept) {
          long[] size = {k.entries(most)};
          state.add(scope.keep(torch.zeros(size, compute.options(k.type()))));
        }
        buffers.add(
            new Buffer(
                state,
                scope.keep(new CUDAEvent()),
                scope.keep(new CUDAEvent()),
                scope.keep(new CUDAEvent())));
      }
      torch.cuda_synchronize(); // the zeros are there before another stream writes
    }
  }

  private static Tensor pinned(Kept k, long entries) {
    TensorOptions options = Compute.CPU.options(k.type()).pinned_memory(new BoolOptional(true));
    try {
      return torch.zeros(new long[] {entries}, options);
    } catch (RuntimeException e) {
      throw new UserError(
          "the host has no room to pin %,d numbers of %s of the optimizer's state; take an optimizer with less, or paged: false"
              .formatted(entries, k.name()),
          e);
    }
  }

  @Override
  public void each(Work work) {
    try (Scope scope = new Scope()) {
      CUDAStream main = torch_cuda.getCurrentCUDAStream(device);
      buffers.forEach(b -> b.left.block(in)); // what the last step sent has arrived on the host
      long[] at = new long[kept.size()];
      long[] ahead = new long[kept.size()];
      fetch(0, ahead);
      for (int i = 0; i < pieces.size(); i++) {
        if (i + 1 < pieces.size()) {
          fetch(i + 1, ahead);
        }
        Buffer buffer = buffers.get(i % BUFFERS);
        buffer.arrived.block(main);
        try (Scope inner = new Scope()) {
          work.on(pieces.get(i), views(buffer.state, fresh(), pieces.get(i)));
        }
        buffer.done.record(main);
        send(i, at);
      }
    }
  }

  /** Queues the copy of a piece to its buffer, behind the one that takes the last piece away. */
  private void fetch(int i, long[] at) {
    Buffer buffer = buffers.get(i % BUFFERS);
    buffer.left.block(in);
    copy(in, views(host, at, pieces.get(i)), views(buffer.state, fresh(), pieces.get(i)));
    buffer.arrived.record(in);
    advance(at, pieces.get(i));
  }

  /** Queues the copy of a piece to the host, behind the work on it. */
  private void send(int i, long[] at) {
    Buffer buffer = buffers.get(i % BUFFERS);
    buffer.done.block(out);
    copy(out, views(buffer.state, fresh(), pieces.get(i)), views(host, at, pieces.get(i)));
    buffer.left.record(out);
    advance(at, pieces.get(i));
  }

  private static void copy(CUDAStream stream, List<Tensor> from, List<Tensor> to) {
    try (CUDAStreamGuard guard = new CUDAStreamGuard(stream.unwrap())) {
      for (int i = 0; i < from.size(); i++) {
        to.get(i).copy_(from.get(i), true);
      }
    }
  }

  private long[] fresh() {
    return new long[kept.size()];
  }

  private void advance(long[] at, Piece piece) {
    for (int i = 0; i < at.length; i++) {
      at[i] += kept.get(i).entries(piece.count());
    }
  }

  private List<Tensor> views(List<Tensor> vectors, long[] at, Piece piece) {
    List<Tensor> views = new ArrayList<>();
    for (int i = 0; i < at.length; i++) {
      views.add(vectors.get(i).narrow(0, at[i], kept.get(i).entries(piece.count())));
    }
    return views;
  }

  @Override
  public Map<String, Tensor> vectors() {
    out.synchronize();
    Map<String, Tensor> vectors = new LinkedHashMap<>();
    for (int i = 0; i < host.size(); i++) {
      vectors.put(kept.get(i).name(), host.get(i));
    }
    return vectors;
  }

  @Override
  public void close() {
    torch.cuda_synchronize();
    host.forEach(Scope::free);
    for (Buffer buffer : buffers) {
      buffer.state.forEach(Scope::free);
      List.of(buffer.arrived, buffer.done, buffer.left).forEach(Scope::free);
    }
    Scope.free(in);
    Scope.free(out);
  }
}
