package dev.luthier.model;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What attention adds to a score for the distance between two tokens (Raffel et al. 2020, section
 * 2.1): near distances have a row of the table each, far ones share rows, the farther the more.
 * Equal to transformers' modeling_t5.py, _relative_position_bucket.
 *
 * @param table a number for each bucket and head, (buckets, A)
 * @param farthest from this distance on all share the last bucket
 * @param both whether tokens behind the query are seen too: they have half of the buckets
 */
record RelativeBias(Slot table, int buckets, int farthest, boolean both) {
  /**
   * @param distance (B, T, S) int64, key position less query position
   * @return (B, A, T, S)
   */
  Tensor of(Tensor distance) {
    return table.apply(bucket(distance, buckets, farthest, both)).permute(0, 3, 1, 2);
  }

  /** The bucket of each distance, int64 in the same shape. */
  static Tensor bucket(Tensor distance, int buckets, int farthest, boolean both) {
    int own = both ? buckets / 2 : buckets;
    Tensor away = both ? distance.abs() : distance.neg().clamp_min(Ops.whole(0));
    int exact = own / 2;
    // In float32 and in this order, as the peer does: a border may lie on a rounding.
    Tensor far =
        torch
            .log(away.to(ScalarType.Float).div(Ops.scalar(exact)))
            .div(Ops.scalar(Math.log(farthest / (double) exact)))
            .mul(Ops.scalar(own - exact))
            .clamp_min(Ops.scalar(0)) // log(0): replaced below
            .to(ScalarType.Long)
            .add(Ops.whole(exact))
            .clamp_max(Ops.whole(own - 1));
    Tensor within = torch.where(away.lt(Ops.whole(exact)), away, far);
    return both
        ? within.add(distance.gt(Ops.whole(0)).to(ScalarType.Long).mul(Ops.whole(own)))
        : within;
  }
}
