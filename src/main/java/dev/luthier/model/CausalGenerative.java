package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** A decoder that continues its prompt, over a {@link KvCache}. */
record CausalGenerative(CausalLm model) implements Generative {
  @Override
  public Compute compute() {
    return model.compute();
  }

  @Override
  public int vocabSize() {
    return model.config().vocabSize();
  }

  @Override
  public int room(int promptTokens) {
    return model.context() - promptTokens;
  }

  @Override
  public long bytes(int rows, int promptTokens, int newTokens) {
    try (KvCache one = model.cache(1, 1)) {
      return one.bytes() * rows * (model.virtualTokens() + promptTokens + newTokens);
    }
  }

  @Override
  public Decoding open(int rows, int promptTokens, int newTokens) {
    KvCache cache = model.cache(rows, model.virtualTokens() + promptTokens + newTokens);
    cache.keep(new int[0]);
    return new Rows(model, cache, new WrittenTasks(model.tasks()));
  }

  /** What it remembers is the cache, and the rows' tasks. */
  private static final class Rows implements Decoding {
    private final CausalLm model;
    private final KvCache cache;
    private final WrittenTasks tasks;
    private Optional<StepPass> pass = Optional.empty();

    Rows(CausalLm model, KvCache cache, WrittenTasks tasks) {
      this.model = model;
      this.cache = cache;
      this.tasks = tasks;
    }

    @Override
    public int rows() {
      return cache.lengths().length;
    }

    @Override
    public Tensor begin(List<Request> requests) {
      List<int[]> prompts = requests.stream().map(Request::tokens).toList();
      cache.begin(prompts.size());
      tasks.begin(prompts.size());
      Sequences batch = Sequences.of(prompts, model.compute());
      Tensor hidden = model.hidden(batch, cache); // (N, H)
      long[] ends = Arrays.stream(batch.lengths()).asLongStream().toArray();
      Arrays.parallelPrefix(ends, Long::sum);
      Arrays.setAll(ends, i -> ends[i] - 1);
      return model.logits(hidden.index_select(0, Ops.longs(ends, model.compute())));
    }

    @Override
    public Tensor next(int[] tokens) {
      Tensor ids = Ops.longs(Arrays.stream(tokens).asLongStream().toArray(), model.compute());
      return tasks.during(() -> model.logits(states(ids)));
    }

    private Tensor states(Tensor ids) {
      if (pass.isEmpty() || !pass.get().fits()) {
        pass.ifPresent(StepPass::close);
        pass = model.steps(cache);
      }
      if (pass.isPresent()) {
        return pass.get().states(ids);
      }
      int[] ones = new int[(int) ids.size(0)];
      Arrays.fill(ones, 1);
      return model.hidden(new Sequences(ids, ones), cache);
    }

    @Override
    public void keep(int[] rows) {
      cache.keep(rows);
      tasks.keep(rows);
    }

    @Override
    public void admit(Decoding from, int[] rows) {
      if (!(from instanceof Rows other) || other.model != model) {
        throw new IllegalArgumentException("rows of another model");
      }
      cache.admit(other.cache, rows);
      tasks.admit(other.tasks, rows);
    }

    @Override
    public long bytes() {
      return cache.bytes();
    }

    @Override
    public void close() {
      pass.ifPresent(StepPass::close);
      cache.close();
    }
  }
}
