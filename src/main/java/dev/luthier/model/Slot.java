package dev.luthier.model;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A named place of a model that holds a map: where LoRA, IA3 and their kin come in. What was loaded
 * stays as {@link #base}; what is applied can be exchanged.
 */
public final class Slot implements Place<Projection>, Projection {
  private final String path;
  private final Stored base;
  private Projection current;

  /**
   * @param path the module's name in Hugging Face's model, such as model.layers.0.self_attn.q_proj
   * @param base the loaded map
   */
  public Slot(String path, Stored base) {
    this.path = path;
    this.base = base;
    this.current = base;
  }

  /** The places of several lists, in their order. */
  @SafeVarargs
  static List<Slot> join(List<Slot>... parts) {
    return Arrays.stream(parts).flatMap(List::stream).toList();
  }

  @Override
  public String path() {
    return path;
  }

  /** The last part of the path, such as q_proj. */
  public String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  public Stored base() {
    return base;
  }

  @Override
  public Projection current() {
    return current;
  }

  @Override
  public void replace(Projection with) {
    current = with;
  }

  @Override
  public void restore() {
    current = base;
  }

  @Override
  public Tensor apply(Tensor x) {
    return current.apply(x);
  }
}
