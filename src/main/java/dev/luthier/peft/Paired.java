package dev.luthier.peft;

/** An adaptation whose change of the weights is a product of two factors, and nothing else. */
interface Paired extends Adaptation.Layered {
  /** The factors, with what is taken off again in them; they belong to the caller's scope. */
  LoraFactors.Factors pair();
}
