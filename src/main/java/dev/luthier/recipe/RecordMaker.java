package dev.luthier.recipe;

import dev.luthier.doc.Inline;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Makes records, whose constructors may refuse values. */
final class RecordMaker {
  private RecordMaker() {}

  /**
   * @param values by key
   * @param inlined the value of the component that has no key
   */
  static Object of(Class<?> type, Map<String, Object> values, Optional<Object> inlined) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] arguments =
        Arrays.stream(components)
            .map(
                c ->
                    c.isAnnotationPresent(Inline.class)
                        ? inlined.orElseThrow()
                        : values.get(Schema.snake(c.getName())))
            .toArray();
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw rethrown(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be made by a recipe", e);
    }
  }

  static RuntimeException rethrown(InvocationTargetException e) {
    return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
  }
}
