package dev.luthier.tensor;

import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** What each does in a run. */
record Courses(List<Course> all) implements Course {
  @Override
  public @Nullable Tensor penalty() {
    return all.stream()
        .map(Course::penalty)
        .filter(Objects::nonNull)
        .reduce(Tensor::add)
        .orElse(null);
  }

  @Override
  public void beforeStep(long step, long total) {
    all.forEach(c -> c.beforeStep(step, total));
  }

  @Override
  public void afterStep(long step, long total) {
    all.forEach(c -> c.afterStep(step, total));
  }

  @Override
  public List<Parameter> state() {
    return all.stream().flatMap(c -> c.state().stream()).toList();
  }
}
