package dev.luthier.tensor;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;

/**
 * Which blocks of a model keep only their input for the backward pass and are run again there (Chen
 * et al. 2016, https://arxiv.org/abs/1604.06174, section 4). Letters: L blocks.
 */
@Doc("Which blocks keep only their input and are run again in the backward pass")
public sealed interface Checkpointing {
  /**
   * Whether a block is run again.
   *
   * @param block in its stack, from 0
   */
  boolean reruns(int block);

  /** Every block keeps what it makes. */
  @Doc("Every block keeps what it makes")
  record None() implements Checkpointing {
    @Override
    public boolean reruns(int block) {
      return false;
    }
  }

  /** Every block is run again: L inputs and what one block makes live at once. */
  @Doc("Every block is run again: the least memory, about a third more time")
  record Blocks() implements Checkpointing {
    @Override
    public boolean reruns(int block) {
      return true;
    }
  }

  /**
   * One block of k is run again, the first of each k: the others of the last k have given back
   * their memory before it is needed for a rerun.
   */
  @Shorthand
  @Doc("One block of so many is run again, the others keep what they make")
  record Every(@Doc("k: 1 is every block, 2 every other, 3 one of three") int k)
      implements Checkpointing {
    public Every {
      Check.atLeast("memory.checkpoint.every", 1, k);
    }

    @Override
    public boolean reruns(int block) {
      return block % k == 0;
    }
  }
}
