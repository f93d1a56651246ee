package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Decoding;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.model.Request;
import dev.luthier.model.Seq2Seq;
import dev.luthier.tensor.Compute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A model that writes with an adapter of its own for each row, which its {@link Request} names. The
 * names follow the rows as they come, move and go.
 */
record Routed<M extends Model>(AdapterSet<M> adapters, Generative plain) implements Generative {
  @Override
  public Compute compute() {
    return plain.compute();
  }

  @Override
  public int vocabSize() {
    return plain.vocabSize();
  }

  @Override
  public int room(int promptTokens) {
    return plain.room(promptTokens);
  }

  @Override
  public long bytes(int rows, int promptTokens, int newTokens) {
    return plain.bytes(rows, promptTokens, newTokens);
  }

  @Override
  public void check(Request request) {
    if (!request.adapter().isEmpty() && !adapters.names().contains(request.adapter())) {
      throw new UserError(
          "there is no adapter %s; there are %s".formatted(request.adapter(), adapters.names()));
    }
  }

  @Override
  public Decoding open(int rows, int promptTokens, int newTokens) {
    return new Rows(adapters, plain.open(rows, promptTokens, newTokens));
  }

  private static final class Rows implements Decoding {
    private final AdapterSet<?> adapters;
    private final Decoding plain;
    private List<String> names = List.of();

    Rows(AdapterSet<?> adapters, Decoding plain) {
      this.adapters = adapters;
      this.plain = plain;
    }

    @Override
    public int rows() {
      return plain.rows();
    }

    @Override
    public Tensor begin(List<Request> requests) {
      names = requests.stream().map(Request::adapter).toList();
      int[] prompts = requests.stream().mapToInt(r -> r.tokens().length).toArray();
      return adapters.model() instanceof Seq2Seq
          ? routed(prompts, ones(), () -> plain.begin(requests))
          : routed(new int[0], prompts, () -> plain.begin(requests));
    }

    @Override
    public Tensor next(int[] tokens) {
      return routed(new int[0], ones(), () -> plain.next(tokens));
    }

    private int[] ones() {
      int[] ones = new int[names.size()];
      Arrays.fill(ones, 1);
      return ones;
    }

    /** The adapters are in force for this call alone: other decodings have other rows. */
    private Tensor routed(int[] source, int[] target, Supplier<Tensor> call) {
      adapters.route(names, source, target);
      try {
        return call.get();
      } finally {
        adapters.off();
      }
    }

    @Override
    public void keep(int[] rows) {
      names = Arrays.stream(rows).mapToObj(names::get).toList();
      plain.keep(rows);
    }

    @Override
    public void admit(Decoding from, int[] rows) {
      if (!(from instanceof Rows other)) {
        throw new IllegalArgumentException("rows of another model");
      }
      List<String> all = new ArrayList<>(names);
      Arrays.stream(rows).forEach(r -> all.add(other.names.get(r)));
      names = List.copyOf(all);
      plain.admit(other.plain, rows);
    }

    @Override
    public long bytes() {
      return plain.bytes();
    }

    @Override
    public void close() {
      plain.close();
    }
  }
}
