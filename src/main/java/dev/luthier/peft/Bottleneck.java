package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.List;
import java.util.Optional;

/**
 * Bottleneck adapters behind or beside the parts of every layer: Houlsby et al. 2019
 * (https://arxiv.org/abs/1902.00751), Pfeiffer et al. 2020 (https://arxiv.org/abs/2005.00247), He
 * et al. 2022 (https://arxiv.org/abs/2110.04366). The formula is in {@link BottleneckMap}, where it
 * enters in {@link Placement}. As AdapterHub's adapters.BnConfig.
 */
@Doc("Bottleneck adapters in every layer (arXiv 1902.00751, 2005.00247, 2110.04366)")
public record Bottleneck(
    @Doc("Where the adapters sit and what they read") @Default("pfeiffer") Placement placement,
    @Doc(
            value =
                "How wide the bottleneck is; unset, the model's width / 16, beside feed-forward / 2",
            elsewhere = {"reduction_factor"})
        Optional<Width> width,
    @Doc(
            value = "The function in the middle; unset, silu for houlsby, relu for the others",
            elsewhere = {"non_linearity"})
        Optional<Nonlinearity> activation,
    @Doc("What the output is multiplied by; unset, 4 for parallel, 1 for the others")
        Optional<Scaling> scaling,
    @Doc(
            value =
                "How weights begin; unset, mam for parallel, which adds nothing at first, else bert",
            elsewhere = {"init_weights"})
        Optional<MapStart> start,
    @Doc("Share of the adapter's outputs set to zero in training") @Default("0") double dropout,
    @Doc("Layers without adapters (AdapterDrop, arXiv 2010.11918)") @Default("none")
        LeaveOut leaveOut,
    @Doc(
            value = "An adapter at the embedding, for languages (MAD-X, arXiv 2005.00052)",
            elsewhere = {"inv_adapter"})
        @Default("none")
        Invertible invertible,
    @Doc("What the adapter is called in its file") @Default("adapter") String name,
    @Doc("Modules trained and saved whole, such as embed_tokens or lm_head") @Default("[]")
        List<String> save)
    implements Peft {
  /** What is unset becomes what AdapterHub uses with the placement. */
  public Bottleneck {
    Placement.Usual usual = placement.usual();
    width = Optional.of(width.orElse(usual.width()));
    activation = Optional.of(activation.orElse(usual.activation()));
    scaling = Optional.of(scaling.orElse(usual.scaling()));
    start = Optional.of(start.orElse(usual.start()));
    Check.below("bottleneck.dropout", 0, 1, dropout);
    Inset.checkName("bottleneck.name", name);
  }

  /** All else at its default. */
  public static Bottleneck of(Placement placement) {
    return new Bottleneck(
        placement,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        new LeaveOut.None(),
        new Invertible.None(),
        "adapter",
        List.of());
  }

  @Override
  public Rate usualRate() {
    // 7.4e-4 at the width of 768: within what Houlsby et al. searched, above the 1e-4 of others
    return new Rate.ByWidth(2e-4);
  }

  @Override
  public String prefix() {
    return ""; // AdapterHub's names are those of the model
  }

  Inset inset() {
    return new Inset(
        name,
        placement,
        width.orElseThrow(),
        activation.orElseThrow(),
        scaling.orElseThrow(),
        new Maps.Plain(start.orElseThrow()),
        dropout,
        leaveOut,
        invertible);
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "bottleneck.save");
    return Insets.on(site, inset()).alone();
  }
}
