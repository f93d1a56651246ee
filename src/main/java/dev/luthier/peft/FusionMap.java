package dev.luthier.peft;

import dev.luthier.model.Dense;
import dev.luthier.model.Joint;
import dev.luthier.model.Projection;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * AdapterFusion at one place (Pfeiffer et al. 2021, https://arxiv.org/abs/2005.00247, section 3.2):
 * each token chooses among the outputs z_1 .. z_T of frozen adapters by attention, s = softmax(x Q
 * . z_t K), and what a sub-layer made gets sum_t s_t z_t V added. The scores are not divided by the
 * root of the width, as in the paper. Letters: N tokens, H width, T adapters.
 *
 * @param names of all adapters of the fusion, joined by commas
 * @param maps the adapters of this place; what they all read is what the last one would
 * @param query Q with a bias
 * @param key K with a bias
 * @param value V, at first the identity
 * @param rate of dropout on the scores
 */
record FusionMap(
    String names,
    List<BottleneckMap> maps,
    Dense query,
    Dense key,
    Dense value,
    double rate,
    Dropout dropout)
    implements Joint {
  @Override
  public Tensor of(Tensor x, Tensor read, Tensor y, Projection norm) {
    Tensor input = maps.get(maps.size() - 1).inset().placement().input(x, y, norm); // (N, H)
    Tensor z = // (N, T, H)
        Ops.cat(1, maps.stream().map(m -> m.apply(input).unsqueeze(1)).toArray(Tensor[]::new));
    Tensor scores = key.apply(z).bmm(query.apply(input).unsqueeze(2)).squeeze(2); // (N, T)
    Tensor s = torch.softmax(dropout.apply(scores, rate), -1);
    Tensor mixed = s.unsqueeze(1).bmm(value.apply(z)).squeeze(1); // (N, H)
    return norm.apply(x.add(y.add(mixed)));
  }

  List<Parameter> weights() {
    return Stream.of(query, key, value)
        .flatMap(d -> Stream.of(d.weight(), d.bias()))
        .filter(java.util.Objects::nonNull)
        .toList();
  }

  /** ||I - V||^2, AdapterHub's form of what the paper does to V by an l2 norm (section 4.1). */
  Tensor distance() {
    Tensor v = value.weight().value();
    return torch.eye(v.size(0), v.options()).sub(v).square().sum();
  }
}
