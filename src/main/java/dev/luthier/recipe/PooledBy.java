package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.peft.HeadGroups;
import dev.luthier.peft.HeadPooling;
import dev.luthier.model.HeadPlaces;
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
      return groups.same()
          ? new HeadPooling.Mean()
          : new HeadPooling.Aligned(new Calibration(data, tokens).turns(model, places, groups, out));
    }
  }
}
