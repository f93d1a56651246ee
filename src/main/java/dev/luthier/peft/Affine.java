package dev.luthier.peft;

import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A linear map of a method's own, y = x W^T + b. */
record Affine(Parameter weight, Parameter bias) {
  /** With torch.nn.Linear's start: everything uniform in +-1/sqrt(in). */
  static Affine drawn(Site site, String path, long in, long out) {
    double bound = 1 / Math.sqrt(in);
    return new Affine(
        uniform(site, path + ".weight", bound, out, in), uniform(site, path + ".bias", bound, out));
  }

  /** A weight that is uniform in +-bound; its name and the seed decide its values. */
  static Parameter uniform(Site site, String name, double bound, long... shape) {
    torch.manual_seed(Seed.of(site.seed(), name.hashCode()));
    return new Parameter(name, Fresh.uniform(site.model().compute(), bound, shape));
  }

  /** A weight of N(0, deviation); its name and the seed decide its values. */
  static Parameter normal(Site site, String name, double deviation, long... shape) {
    torch.manual_seed(Seed.of(site.seed(), name.hashCode()));
    return new Parameter(name, Fresh.normal(site.model().compute(), deviation, shape));
  }

  Tensor apply(Tensor x) {
    return torch.linear(x, weight.value(), new TensorOptional(bias.value()));
  }

  static List<Parameter> weights(Affine... maps) {
    return Arrays.stream(maps).flatMap(m -> Stream.of(m.weight(), m.bias())).toList();
  }
}
