package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.List;

/**
 * Compacter (Mahabadi et al. 2021, https://arxiv.org/abs/2106.04647): bottleneck adapters whose
 * maps are sums of Kronecker products, {@link KroneckerMap}. Compacter++ is the pfeiffer placement.
 * As AdapterHub's CompacterConfig.
 */
@Doc("Adapters of Kronecker products, a tenth of a bottleneck's weights (arXiv 2106.04647)")
public record Compacter(
    @Doc("Where the adapters sit; pfeiffer makes it Compacter++") @Default("houlsby")
        Placement placement,
    @Doc(
            value = "How wide the bottleneck is",
            elsewhere = {"reduction_factor"})
        @Default("{ reduced: 32 }")
        Width width,
    @Doc(
            value = "The function in the middle",
            elsewhere = {"non_linearity"})
        @Default("gelu")
        Nonlinearity activation,
    @Doc(
            value = "Summands of each map, n; divides the widths",
            elsewhere = {"phm_dim"})
        @Default("4")
        int dimension,
    @Doc(
            value = "What each second factor is made of",
            elsewhere = {"phm_rank"})
        @Default("{ low_rank: 1 }")
        SecondFactors factors,
    @Doc(
            value = "Whether all maps share the first factors",
            elsewhere = {"shared_phm_rule"})
        @Default("true")
        boolean shared,
    @Doc("Share of the adapter's outputs set to zero in training") @Default("0") double dropout,
    @Doc("Layers without adapters (AdapterDrop, arXiv 2010.11918)") @Default("none")
        LeaveOut leaveOut,
    @Doc("What the adapter is called in its file") @Default("adapter") String name,
    @Doc("Modules trained and saved whole, such as embed_tokens or lm_head") @Default("[]")
        List<String> save)
    implements Peft {
  public Compacter {
    Check.atLeast("compacter.dimension", 1, dimension);
    Check.below("compacter.dropout", 0, 1, dropout);
    Inset.checkName("compacter.name", name);
  }

  @Override
  public Rate usualRate() {
    // 3.7e-3 at the width of 768 at which the authors' configuration has 3e-3
    return new Rate.ByWidth(1e-3);
  }

  @Override
  public String prefix() {
    return "";
  }

  Inset inset() {
    return new Inset(
        name,
        placement,
        width,
        activation,
        new Scaling.Fixed(1),
        new Maps.Kronecker(dimension, factors, shared ? Maps.Rule.SHARED : Maps.Rule.OWN),
        dropout,
        leaveOut,
        new Invertible.None());
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "compacter.save");
    return Insets.on(site, inset()).alone();
  }
}
