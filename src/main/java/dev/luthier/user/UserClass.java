package dev.luthier.user;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarFile;

/**
 * A class that the user wrote: it is public, as are the classes around it, and has a public
 * constructor without arguments.
 *
 * @param key the key of the recipe that names it, for what goes wrong
 * @param name with its package; of a class within another {@code org.acme.Outer$Inner}
 * @param jar the jar or folder of classes that it is in; absent: the program's class path. What it
 *     needs beside is looked for on the class path first, then there
 */
public record UserClass(String key, String name, Optional<Path> jar) {
  /** A jar is opened once: its classes are the same ones whenever they are asked for. */
  private static final Map<Path, ClassLoader> OPENED = new ConcurrentHashMap<>();

  /**
   * A new object of it.
   *
   * @param type what it has to implement
   * @param called as a person writes the type
   * @throws UserError if it is not there or not as it has to be
   */
  public <T> T make(Class<T> type, String called) {
    try {
      Class<?> found = Class.forName(name, true, loader());
      if (!type.isAssignableFrom(found)) {
        throw wrong("it does not implement " + called);
      }
      return type.cast(found.getConstructor().newInstance());
    } catch (ClassNotFoundException e) {
      throw wrong(missing());
    } catch (InvocationTargetException e) {
      if (e.getTargetException() instanceof LinkageError error) {
        throw unlinked(error);
      }
      throw wrong("its constructor says: " + UserError.reason(e.getTargetException()));
    } catch (ReflectiveOperationException e) {
      throw wrong("it needs to be public, with a public constructor without arguments");
    } catch (LinkageError e) {
      throw unlinked(e);
    }
  }

  /** What to say of an error of the JVM while the class is at work or made. */
  public UserError unlinked(LinkageError error) {
    if (error instanceof NoClassDefFoundError) {
      return wrong(
          "it needs the class %s, which is not there; set LUTHIER_CLASSPATH to the jar that has it"
              .formatted(UserError.reason(error).replace('/', '.')));
    }
    if (error instanceof UnsupportedClassVersionError) {
      return wrong(
          "it was compiled for a newer Java than this, %s; compile it with --release %s"
              .formatted(Runtime.version().feature(), Runtime.version().feature()));
    }
    Throwable cause = error.getCause() == null ? error : error.getCause();
    return wrong("it cannot be loaded: " + UserError.reason(cause));
  }

  private String missing() {
    return jar.map(path -> "there is no such class in " + path)
        .orElse(
            "there is no such class on the class path; write { name: %s, jar: my.jar }, or set LUTHIER_CLASSPATH to its jar or folder"
                .formatted(name));
  }

  private ClassLoader loader() {
    ClassLoader around = Thread.currentThread().getContextClassLoader();
    return jar.map(path -> path.toAbsolutePath().normalize())
        .map(path -> OPENED.computeIfAbsent(path, p -> opened(p, around)))
        .orElse(around);
  }

  private ClassLoader opened(Path path, ClassLoader around) {
    if (!Files.exists(path)) {
      throw wrong("jar must be a jar or a folder of classes, but %s is not there".formatted(path));
    }
    if (!Files.isDirectory(path)) {
      try (JarFile file = new JarFile(path.toFile())) {
        file.size();
      } catch (IOException e) {
        throw wrong("jar must be a jar or a folder of classes, but %s is none".formatted(path));
      }
    }
    try {
      return new URLClassLoader(new URL[] {path.toUri().toURL()}, around);
    } catch (MalformedURLException e) {
      throw new IllegalStateException(path + " has no address", e);
    }
  }

  /** What is wrong with it, in one line. */
  public UserError wrong(String what) {
    return new UserError("%s: %s: %s".formatted(key, name, what));
  }
}
