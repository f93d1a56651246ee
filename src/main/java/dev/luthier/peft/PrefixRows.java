package dev.luthier.peft;

import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import dev.luthier.model.Prefix;
import dev.luthier.model.Stack;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * How PEFT lays the keys and values of a prefix into rows: for each token layer by layer, key
 * before value, head by head. Letters: P virtual tokens, L layers, G key and value heads, D width
 * of a head.
 *
 * @param tokens P
 * @param layers L that the rows have room for
 * @param heads G
 * @param headDim D
 * @param places the layer of the rows that each layer of the model takes
 */
record PrefixRows(int tokens, int layers, int heads, int headDim, int[] places) {
  static PrefixRows of(int tokens, Model model) {
    ModelConfig config = model.config();
    List<Stack> stacks = model.frame().stacks();
    int layers = config.layers();
    // PEFT cuts a T5's rows in four where they should be cut in two, and so takes every other layer
    int step = stacks.size();
    int own = stacks.get(stacks.size() - 1).layers().size();
    int[] places = IntStream.range(0, own).map(l -> step * l % layers).toArray();
    return new PrefixRows(tokens, layers, config.kvHeads(), config.headDim(), places);
  }

  /** G D. */
  int keys() {
    return heads * headDim;
  }

  /** 2 L G D. */
  long width() {
    return 2L * layers * heads * headDim;
  }

  /** Rows to begin with, (P, 2 L G D). */
  Tensor begin(Start start, Site site) {
    int[] ids = start.ids(tokens, site);
    if (ids.length == 0) {
      return Start.normal(site, tokens, width());
    }
    List<Stack> stacks = site.model().frame().stacks();
    List<Prefix.KeysValues> seen =
        stacks.get(stacks.size() - 1).tokens().keysValues(ids, site.model());
    Tensor[] parts = new Tensor[2 * layers];
    for (int at = 0; at < layers; at++) {
      Prefix.KeysValues of = seen.get(taker(at));
      parts[2 * at] = flat(of.keys());
      parts[2 * at + 1] = flat(of.values());
    }
    return Ops.cat(1, parts).to(org.bytedeco.pytorch.global.torch.ScalarType.Float);
  }

  /** The first layer of the model that takes a layer of the rows, or some layer. */
  private int taker(int at) {
    return IntStream.range(0, places.length)
        .filter(l -> places[l] == at)
        .findFirst()
        .orElse(Math.min(at, places.length - 1));
  }

  /** (1, G, P, D) -> (P, G D). */
  private static Tensor flat(Tensor x) {
    return x.squeeze(0).transpose(0, 1).reshape(x.size(2), -1);
  }

  /** The prefix that rows are. */
  record Given(PrefixRows form, Supplier<Tensor> rows) implements Prefix {
    @Override
    public int length() {
      return form.tokens;
    }

    @Override
    public List<KeysValues> layers(int sequences) {
      Tensor all =
          rows.get()
              .view(form.tokens, form.layers, 2, form.heads, form.headDim)
              .permute(1, 2, 3, 0, 4); // (L, 2, G, P, D)
      List<KeysValues> out = new ArrayList<>();
      for (int place : form.places) {
        Tensor layer = all.narrow(0, place, 1); // (1, 2, G, P, D)
        out.add(new KeysValues(layer.select(1, 0), layer.select(1, 1)));
      }
      return out;
    }
  }
}
