package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.model.HeadPlaces;
import dev.luthier.peft.HeadAlignment;
import dev.luthier.peft.HeadComponents;
import dev.luthier.peft.HeadFit;
import dev.luthier.peft.HeadGroups;
import dev.luthier.peft.HeadPooling;
import java.io.PrintWriter;
import java.nio.file.Path;

/** How several key and value heads become one. */
@Doc("How several key and value heads become one")
public sealed interface PooledBy {
  /**
   * @param model the folder
   */
  HeadPooling of(Path model, HeadPlaces places, HeadGroups groups, PrintWriter out);

  /** The mean of the heads' weights. */
  @Doc("The mean of their weights (arXiv 2305.13245)")
  record Mean() implements PooledBy {
    @Override
    public HeadPooling of(Path model, HeadPlaces places, HeadGroups groups, PrintWriter out) {
      return new HeadPooling.Mean();
    }
  }

  /** One of them. */
  @Doc("The first of them")
  record First() implements PooledBy {
    @Override
    public HeadPooling of(Path model, HeadPlaces places, HeadGroups groups, PrintWriter out) {
      return new HeadPooling.First();
    }
  }

  /** None of them. */
  @Doc("New heads, drawn as wide as the old ones: what the others are measured against")
  record Random(@Doc("The seed of what is drawn") @Default("42") long seed) implements PooledBy {
    @Override
    public HeadPooling of(Path model, HeadPlaces places, HeadGroups groups, PrintWriter out) {
      return new HeadPooling.Drawn(seed);
    }
  }

  /** The mean of heads that are turned alike first. */
  @Doc(
      "The mean of heads that are turned first so that they lie alike on texts, with queries and"
          + " outputs turned along (arXiv 2412.20677)")
  record Activations(
      @Doc("Rows of any form to write, such as those of the training") Path data,
      @Doc("How many of their tokens are read, >= 1") @Default("65536") int tokens)
      implements PooledBy {
    public Activations {
      Check.atLeast("by.activations.tokens", 1, tokens);
    }

    @Override
    public HeadPooling of(Path model, HeadPlaces places, HeadGroups groups, PrintWriter out) {
      return mapped(model, places, groups, new HeadAlignment(), new Calibration(data, tokens), out);
    }
  }

  /** The principal components of the heads. */
  @Doc(
      "The components of all heads together that lose least on texts, in the places of a head's"
          + " numbers; queries and outputs read them as the old heads")
  record Principal(
      @Doc("Rows of any form to write, such as those of the training") Path data,
      @Doc("How many of their tokens are read, >= 1") @Default("65536") int tokens)
      implements PooledBy {
    public Principal {
      Check.atLeast("by.principal.tokens", 1, tokens);
    }

    @Override
    public HeadPooling of(Path model, HeadPlaces places, HeadGroups groups, PrintWriter out) {
      return mapped(
          model, places, groups, new HeadComponents(), new Calibration(data, tokens), out);
    }
  }

  private static HeadPooling mapped(
      Path model,
      HeadPlaces places,
      HeadGroups groups,
      HeadFit fit,
      Calibration texts,
      PrintWriter out) {
    return groups.same()
        ? new HeadPooling.Mean()
        : new HeadPooling.Mapped(texts.turns(model, places, groups, fit, out));
  }
}
