package dev.luthier.data;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The batches of a run as a function of the step: which items step s learns from follows from s
 * alone, so a run that resumes at step s, also amid an epoch, goes on exactly.
 *
 * @param items rows, or bins of packed rows; at least one
 * @param size items per batch; the last batch of an epoch has what is left
 * @param order the order within an epoch
 */
public record Batches<T>(List<T> items, int size, Order order) {

  /** The order of n items in an epoch: a permutation of 0..n-1. */
  public interface Order {
    int[] of(long epoch, int n);

    /** As they stand, in every epoch. */
    Order AS_THEY_STAND = (epoch, n) -> IntStream.range(0, n).toArray();

    /** Shuffled anew for every epoch. */
    static Order shuffled(long seed) {
      return (epoch, n) -> Shuffle.order(n, Seed.of(seed, epoch));
    }
  }

  public Batches {
    if (size < 1) {
      throw new UserError("optim.batch must be at least 1, was " + size);
    }
    if (items.isEmpty()) {
      throw new IllegalArgumentException("no items to make batches of");
    }
    items = List.copyOf(items);
    order = remembering(order);
  }

  public long stepsPerEpoch() {
    return (items.size() + size - 1L) / size;
  }

  /** The epoch that a step belongs to; both count from 0. */
  public long epoch(long step) {
    return step / stepsPerEpoch();
  }

  /** The items of a step; steps count from 0 and go on through the epochs. */
  public List<T> at(long step) {
    int[] epoch = order.of(epoch(step), items.size());
    int from = Math.toIntExact(step % stepsPerEpoch() * size);
    int to = Math.min(items.size(), from + size);
    return Arrays.stream(epoch, from, to).mapToObj(items::get).toList();
  }

  /** Keeps the last epoch's order, which every step of it asks for. */
  private static Order remembering(Order order) {
    return new Order() {
      private long held = -1;
      private int[] last = {};

      @Override
      public synchronized int[] of(long epoch, int n) {
        if (epoch != held || last.length != n) {
          last = order.of(epoch, n);
          held = epoch;
        }
        return last;
      }
    };
  }
}
