package dev.luthier.model;

/** A place that holds no weights: what is added to a model there is nothing at first. */
public final class Seat<T> implements Place<T> {
  private final String path;
  private final T base;
  private T current;

  /**
   * @param base what does nothing
   */
  Seat(String path, T base) {
    this.path = path;
    this.base = base;
    this.current = base;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public T current() {
    return current;
  }

  /** Whether nothing was put here. */
  boolean untouched() {
    return current == base;
  }

  @Override
  public void replace(T with) {
    current = with;
  }

  @Override
  public void restore() {
    current = base;
  }
}
