package dev.luthier.tensor;

import java.util.function.Supplier;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.cuda.CUDAEvent;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.cuda.CUDAStreamGuard;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of a GPU wait for the backward pass in pinned host memory. Copies go beside the work, on
 * a stream of their own, and the one that was kept before comes back while one is at work.
 */
final class HostMemory implements Keeping {
  private final CUDAStream beside;
  private final byte device;
  private @Nullable Kept last;

  HostMemory(Compute compute) {
    this.device = compute.torchDevice().index();
    try (Scope scope = new Scope()) {
      this.beside = scope.keep(torch_cuda.getStreamFromPool(false, device));
    }
  }

  @Override
  public boolean elsewhere() {
    return true;
  }

  @Override
  public Supplier<Tensor> keep(Tensor x) {
    last = new Kept(x, last);
    return last::back;
  }

  /** Whatever one stream is given from now on waits for what the other was given. */
  private static void await(CUDAStream waiting, CUDAStream other) {
    try (CUDAEvent event = new CUDAEvent()) {
      event.record(other);
      event.block(waiting);
    }
  }

  private CUDAStream working() {
    return torch_cuda.getCurrentCUDAStream(device);
  }

  /** A tensor in host memory. The scope that is open when it is made holds it. */
  private final class Kept {
    private final Tensor host;
    private final TensorOptions there;
    private final @Nullable Kept before;
    private @Nullable Tensor ahead; // on its way back

    Kept(Tensor x, @Nullable Kept before) {
      this.before = before;
      this.there = x.options();
      this.host =
          torch.empty(
              Ops.shape(x),
              Compute.CPU.options(x.scalar_type()).pinned_memory(new BoolOptional(true)),
              new MemoryFormatOptional());
      try (Scope scope = new Scope()) {
        await(beside, working()); // x is there
        try (CUDAStreamGuard guard = new CUDAStreamGuard(beside.unwrap())) {
          host.copy_(x.detach(), true);
        }
        x.record_stream(beside.unwrap()); // its memory is not reused before it is copied
      }
    }

    /** Sets out for the device. */
    private Tensor fetched() {
      try (Scope scope = new Scope();
          CUDAStreamGuard guard = new CUDAStreamGuard(beside.unwrap())) {
        Tensor on = torch.empty(Ops.shape(host), there, new MemoryFormatOptional());
        on.copy_(host, true);
        return scope.keep(on);
      }
    }

    Tensor back() {
      last = before;
      Tensor on = ahead == null ? fetched() : ahead;
      ahead = null;
      await(working(), beside);
      on.record_stream(working().unwrap());
      Tensor out = new Tensor(on);
      Scope.free(on);
      if (before != null && !before.host.isNull()) {
        before.ahead = before.fetched();
      }
      return out;
    }
  }
}
