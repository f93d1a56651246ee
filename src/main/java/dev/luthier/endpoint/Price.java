package dev.luthier.endpoint;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;

/** What an endpoint costs. */
@Doc("What a million tokens cost, in whatever money; the cost is shown")
public record Price(
    @Doc("Of what is asked") @Default("0") double input,
    @Doc("Of what is answered") @Default("0") double output) {
  private static final double MILLION = 1e6;

  public Price {
    Check.atLeast("price.input", 0.0, input);
    Check.atLeast("price.output", 0.0, output);
  }

  /** Of so many tokens. */
  public double of(long in, long out) {
    return (in * input + out * output) / MILLION;
  }
}
