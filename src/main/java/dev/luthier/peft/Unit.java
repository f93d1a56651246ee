package dev.luthier.peft;

/** What is chosen as one. */
public enum Unit {
  /** Single weights. */
  WEIGHT,
  /** A row of a linear map with its bias: all that makes one output. */
  NEURON,
  /**
   * A head of attention: its rows of the maps that make queries, keys and values, with their
   * biases, and its columns of the output map. Keys and values that several heads share count as a
   * unit of their own.
   */
  HEAD,
  /** A module: its matrix with its bias. */
  MATRIX
}
