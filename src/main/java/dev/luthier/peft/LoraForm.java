package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.model.Lookup;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Dropout;

/** How the product of the two factors changes a map. */
@Doc("How the product of the factors changes a layer")
public sealed interface LoraForm permits LoraForm.Plain, Dora {
  /** What stands at a place. */
  LoraMaps.LowRank at(Site site, Slot slot, Factors factors, double rate);

  /** h = W x + s B A x. */
  @Doc("The product is added")
  record Plain() implements LoraForm {
    @Override
    public LoraMaps.LowRank at(Site site, Slot slot, Factors factors, double rate) {
      Dropout dropout = site.model().dropout();
      return slot.base() instanceof Lookup table
          ? new LoraMaps.LowRankLookup(site.under(slot), table, factors)
          : new LoraMaps.LowRankDense(site.under(slot), factors, rate, dropout);
    }
  }
}
