package dev.luthier.tensor;

/**
 * What a stack of blocks keeps between forward and backward pass: a switch, as {@link Dropout} is.
 * Where no gradient is recorded it does nothing.
 */
public final class Activations {
  private Checkpointing checkpointing = new Checkpointing.None();
  private Keeping keeping = Keeping.IN_PLACE;

  /**
   * @param which blocks are run again
   * @param inputs where their inputs wait
   */
  public void keep(Checkpointing which, Keeping inputs) {
    checkpointing = which;
    keeping = inputs;
  }

  public boolean reruns(int block) {
    return checkpointing.reruns(block);
  }

  public Keeping keeping() {
    return keeping;
  }
}
