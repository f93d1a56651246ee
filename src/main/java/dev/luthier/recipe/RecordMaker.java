package dev.luthier.recipe;

import dev.luthier.doc.Inline;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes records, whose constructors may refuse values. */
final class RecordMaker {
  private RecordMaker() {}

  /**
   * @param values by key
   * @param inlined the choice that has no key
   */
  static Object of(Class<?> type, Map<String, Object> values, Optional<Object> inlined) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] arguments = Arrays.stream(components).map(c -> argument(c, values, inlined)).toArray();
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw rethrown(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be made by a recipe", e);
    }
  }

  private static @Nullable Object argument(
      RecordComponent c, Map<String, Object> values, Optional<Object> inlined) {
    if (!c.isAnnotationPresent(Inline.class)) {
      return values.get(Schema.snake(c.getName()));
    }
    return c.getType().isRecord()
        ? of(c.getType(), values, Optional.empty())
        : inlined.orElseThrow();
  }

  static RuntimeException rethrown(InvocationTargetException e) {
    return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
  }
}
