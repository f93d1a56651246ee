package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.model.Dense;
import dev.luthier.model.Joint;
import dev.luthier.model.Seat;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Seed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * AdapterFusion (Pfeiffer et al. 2021, https://arxiv.org/abs/2005.00247): attention over several
 * trained adapters, which stay as they are, in every place: {@link FusionMap}. As AdapterHub's
 * DynamicAdapterFusionConfig.
 */
@Doc("Attention over several trained adapters, which stay frozen (arXiv 2005.00247)")
public record AdapterFusion(
    @Doc("Folders of the trained adapters") List<Path> adapters,
    @Doc("Share of the attention's scores set to zero in training; unset, as in the model")
        Optional<Double> dropout,
    @Doc("Weight of the penalty that holds each value map near the identity") @Default("0.01")
        double penalty,
    @Doc("Modules trained and saved whole, such as embed_tokens or lm_head") @Default("[]")
        List<String> save)
    implements Peft {
  private static final double SMALL = 1e-6; // what stands beside the diagonal of V at first

  public AdapterFusion {
    if (adapters.isEmpty()) {
      throw new UserError(
          "adapter_fusion.adapters must name at least one folder of an adapter, was empty");
    }
    dropout.ifPresent(rate -> Check.below("adapter_fusion.dropout", 0, 1, rate));
    Check.atLeast("adapter_fusion.penalty", 0, penalty);
  }

  @Override
  public Rate usualRate() {
    return new Rate.Fixed(5e-5); // section 4.1
  }

  @Override
  public String prefix() {
    return "";
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "adapter_fusion.save");
    List<Insets> all = HubFolder.frozen(site, adapters, new ArrayList<>());
    refuseParallel(all);
    Map<Seat<Joint>, List<Insets.At>> places = new LinkedHashMap<>();
    all.forEach(
        one ->
            one.places()
                .forEach(
                    (seat, at) -> places.computeIfAbsent(seat, s -> new ArrayList<>()).add(at)));
    String names = all.stream().map(one -> one.inset().name()).collect(Collectors.joining(","));
    List<Change<?>> changes = new ArrayList<>();
    List<FusionMap> maps = new ArrayList<>();
    places.forEach(
        (seat, at) -> {
          FusionMap map = fresh(site, names, at, maps.size());
          maps.add(map);
          changes.add(new Change<>(seat, map));
        });
    List<Parameter> trainable = maps.stream().flatMap(m -> m.weights().stream()).toList();
    List<Parameter> frozen = all.stream().flatMap(one -> one.weights().stream()).toList();
    return Attachment.of(changes, trainable, frozen).on(course(maps));
  }

  /** AdapterHub adds the stream twice there. */
  private static void refuseParallel(List<Insets> all) {
    for (Insets one : all) {
      if (one.inset().placement() instanceof Placement.Parallel) {
        throw new UserError(
            "adapter_fusion: fusing %s, a parallel adapter, is not built; give adapters of houlsby's or pfeiffer's placement"
                .formatted(one.inset().name()));
      }
    }
  }

  private FusionMap fresh(Site site, String names, List<Insets.At> at, int place) {
    Compute compute = site.model().compute();
    long h = site.model().config().hiddenSize();
    String path = "%s.adapter_fusion_layer.%s.".formatted(at.get(0).module(), names);
    double rate =
        dropout.orElseGet(() -> site.model().config().number("attention_probs_dropout_prob", 0));
    try (Scope scope = new Scope()) {
      torch.manual_seed(Seed.of(site.seed(), 3, place));
      Tensor identity =
          torch
              .eye(h, compute.options(ScalarType.Float))
              .mul(Ops.scalar(1 - SMALL))
              .add(Ops.scalar(SMALL));
      return new FusionMap(
          names,
          at.stream().map(Insets.At::map).toList(),
          attending(compute, path + "query", h),
          attending(compute, path + "key", h),
          new Dense(new Parameter(path + "value.weight", identity), null),
          rate,
          site.model().dropout());
    }
  }

  private static Dense attending(Compute compute, String path, long h) {
    return new Dense(
        new Parameter(path + ".weight", Fresh.normal(compute, 0.02, h, h)),
        new Parameter(path + ".bias", Fresh.full(compute, 0, h)));
  }

  private Course course(List<FusionMap> maps) {
    if (penalty == 0) {
      return Course.NONE;
    }
    return new Course() {
      @Override
      public Tensor penalty() {
        return maps.stream()
            .map(FusionMap::distance)
            .reduce(Tensor::add)
            .orElseThrow()
            .mul(Ops.scalar(penalty));
      }
    };
  }
}
