package dev.luthier.peft;

import dev.luthier.model.HeadPlaces;
import dev.luthier.model.HeadPlaces.Kind;
import dev.luthier.model.HeadPlaces.Layer;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rewrites the weights of a decoder's attention for fewer or more key and value heads (GQA, Ainslie
 * et al. 2023, https://arxiv.org/abs/2305.13245). Where heads go through maps E before they become
 * one, the old ones are read as B y: each query head becomes q' = B^T q, so that q'^T y = q^T (B
 * y); and the columns of the output map that read values become O' = O B. Of an orthogonal E = R, B
 * is R^T, and turning alone changes nothing.
 *
 * <p>Letters: A query heads, G and G' old and new key and value heads, D width of a head, n inputs,
 * H the model's width.
 */
public record GroupedKv(HeadPlaces places, HeadGroups groups, HeadPooling pooling) {
  /**
   * What a tensor of the files becomes.
   *
   * @param tensor its name, with or without what models with a head put before it
   * @return the same object where it stays
   */
  public Tensor rewritten(String tensor, Tensor value) {
    String module = tensor.replaceFirst("\\.(weight|bias)$", "");
    if (groups.same() || module.equals(tensor)) {
      return value;
    }
    boolean bias = tensor.endsWith(".bias");
    for (int i = 0; i < places.layers().size(); i++) {
      Layer layer = places.layers().get(i);
      for (Map.Entry<String, List<Kind>> map : layer.maps().entrySet()) {
        if (is(map.getKey(), module)) {
          return rows(value, i, map.getValue());
        }
      }
      if (is(layer.output(), module) && !bias) {
        return columns(value, i);
      }
      if (layer.keyNorm().filter(norm -> is(norm, module)).isPresent()) {
        return norm(value);
      }
    }
    return value;
  }

  private static boolean is(String path, String module) {
    return path.equals(module) || path.endsWith("." + module) || module.endsWith("." + path);
  }

  /**
   * The rows of a map or of its bias, (rows) or (rows, n).
   *
   * @param kinds what the rows are, one kind behind the other
   */
  public Tensor rows(Tensor value, int layer, List<Kind> kinds) {
    long each = places.width();
    Tensor[] parts = new Tensor[kinds.size()];
    long at = 0;
    for (int p = 0; p < parts.length; p++) {
      Kind kind = kinds.get(p);
      Tensor part = value.narrow(0, at * each, places.heads(kind) * each);
      at += places.heads(kind);
      parts[p] = kind == Kind.QUERY ? queries(part, layer) : pooled(part, layer, kind, pooling);
    }
    return Ops.cat(0, parts);
  }

  /** (G D, ..) -> (G' D, ..). */
  private Tensor pooled(Tensor value, int layer, Kind kind, HeadPooling by) {
    List<Tensor> out = new ArrayList<>();
    for (int g = 0; g < groups.to(); g++) {
      List<HeadGroups.Source> sources = groups.sources(g);
      if (sources.size() == 1) { // to the bit
        out.add(head(value, sources.get(0).head()));
        continue;
      }
      List<Tensor> heads = new ArrayList<>();
      for (HeadGroups.Source s : sources) {
        Tensor head = matrix(head(value, s.head()).to(ScalarType.Float)); // (D, n)
        heads.add(turn(layer, kind, g, s.head()).map(t -> t.there().matmul(head)).orElse(head));
      }
      Tensor one = by.of(heads, sources, layer, kind.ordinal(), g, value.dim());
      out.add(one.view(Ops.shape(head(value, 0))).to(value.scalar_type()));
    }
    return Ops.cat(0, out.toArray(Tensor[]::new));
  }

  /** The weights of a norm over all keys, (G D) -> (G' D): pooled, but never drawn. */
  private Tensor norm(Tensor value) {
    HeadPooling by = pooling instanceof HeadPooling.First ? pooling : new HeadPooling.Mean();
    return new GroupedKv(places, groups, by).pooled(value, 0, Kind.KEY, by);
  }

  /** (A D, ..), each head turned as the keys it sees. */
  private Tensor queries(Tensor value, int layer) {
    if (pooling.turns().isEmpty()) {
      return value;
    }
    Tensor[] out = new Tensor[groups.queries()];
    for (int a = 0; a < out.length; a++) {
      Tensor head = head(value, a);
      out[a] =
          turn(layer, Kind.KEY, groups.newOf(a), groups.oldOf(a))
              .map(
                  t -> t.back().t().matmul(matrix(head.to(ScalarType.Float))).view(Ops.shape(head)))
              .map(t -> t.to(value.scalar_type()))
              .orElse(head);
    }
    return Ops.cat(0, out);
  }

  /** (H, A D) -> (H, A D): the columns of each head turned back from the values it sees. */
  public Tensor columns(Tensor value, int layer) {
    if (pooling.turns().isEmpty()) {
      return value;
    }
    Tensor[] out = new Tensor[groups.queries()];
    for (int a = 0; a < out.length; a++) {
      Tensor head = value.narrow(1, (long) a * places.width(), places.width());
      out[a] =
          turn(layer, Kind.VALUE, groups.newOf(a), groups.oldOf(a))
              .map(t -> head.to(ScalarType.Float).matmul(t.back()).to(value.scalar_type()))
              .orElse(head);
    }
    return Ops.cat(1, out);
  }

  private Optional<HeadTurns.Turn> turn(int layer, Kind kind, int group, int head) {
    return pooling.turns().flatMap(t -> t.at(layer, kind, group, head));
  }

  private Tensor head(Tensor value, int index) {
    return value.narrow(0, (long) index * places.width(), places.width());
  }

  private static Tensor matrix(Tensor head) {
    return head.dim() == 1 ? head.unsqueeze(1) : head;
  }
}
