package dev.luthier;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.DefaultXYDataset;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * A drawing of the documentation: what it shows, and how it becomes SVG. The numbers stand in the
 * file's {@code desc} too, so that a drawing which is older than its numbers is found, whatever
 * fonts it was drawn with.
 *
 * @param name of the file, without its ending
 * @param low the lowest y that is shown
 * @param high the highest
 * @param logarithmic whether x is
 */
record Figure(
    String name,
    String x,
    String y,
    double low,
    double high,
    boolean logarithmic,
    List<Series> series,
    List<Label> labels) {
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 10);

  /** Four straight lines: a circle would be written as four curves, for every point. */
  private static final Shape DIAMOND = diamond();

  /** Told apart by colour-blind readers too (Okabe and Ito). */
  private static final Color[] COLOURS = {
    new Color(0x0072b2),
    new Color(0xd55e00),
    new Color(0x009e73),
    new Color(0xa0408a),
    new Color(0xe69f00),
    new Color(0x56b4e9),
    new Color(0x555555)
  };

  /** How the points of a series are shown. */
  enum Look {
    LINE,
    DASHED,
    POINTS,
    LINE_AND_POINTS
  }

  record Series(String name, Look look, double[] x, double[] y) {}

  /** A word beside a point. */
  record Label(String text, double x, double y, TextAnchor anchor) {}

  /** What is shown, in numbers of four digits. */
  String numbers() {
    StringBuilder out = new StringBuilder(name);
    for (Series s : series) {
      out.append("; ").append(s.name()).append(':');
      int step = Math.max(1, s.x().length / 16);
      for (int i = 0; i < s.x().length; i += step) {
        out.append(String.format(Locale.ROOT, " (%.3g, %.3g)", s.x()[i], near(s.y()[i])));
      }
    }
    return out.toString();
  }

  /** Zero where it is zero but for rounding. */
  private static double near(double value) {
    return Math.abs(value) < 1e-5 ? 0 : value;
  }

  String svg() {
    return svg(chart());
  }

  JFreeChart chart() {
    System.setProperty("java.awt.headless", "true");
    DefaultXYDataset data = new DefaultXYDataset();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    renderer.setDrawOutlines(false);
    for (int i = 0; i < series.size(); i++) {
      Series s = series.get(i);
      data.addSeries(s.name(), new double[][] {across(s.x()), s.y()});
      renderer.setSeriesPaint(i, COLOURS[i % COLOURS.length]);
      renderer.setSeriesLinesVisible(i, s.look() != Look.POINTS);
      renderer.setSeriesShapesVisible(
          i, s.look() == Look.POINTS || s.look() == Look.LINE_AND_POINTS);
      renderer.setSeriesShape(i, DIAMOND);
      float[] dashes = s.look() == Look.DASHED ? new float[] {5, 4} : null;
      renderer.setSeriesStroke(
          i, new BasicStroke(1.8f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, dashes, 0));
    }
    NumberAxis vertical = new NumberAxis(y);
    vertical.setRange(low, high);
    XYPlot plot = new XYPlot(data, styled(horizontal()), styled(vertical), renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinePaint(new Color(0xe3e6ea));
    plot.setRangeGridlinePaint(new Color(0xe3e6ea));
    for (Label label : labels) {
      XYTextAnnotation text = new XYTextAnnotation(label.text(), across(label.x())[0], label.y());
      text.setTextAnchor(label.anchor());
      text.setFont(SMALL);
      plot.addAnnotation(text);
    }
    JFreeChart chart = new JFreeChart("", FONT, plot, true);
    chart.setBackgroundPaint(Color.WHITE);
    chart.getLegend().setItemFont(FONT);
    chart.getLegend().setFrame(BlockBorder.NONE);
    return chart;
  }

  private static Shape diamond() {
    Path2D out = new Path2D.Float();
    out.moveTo(-4, 0);
    out.lineTo(0, -4);
    out.lineTo(4, 0);
    out.lineTo(0, 4);
    out.closePath();
    return out;
  }

  private ValueAxis horizontal() {
    NumberAxis axis = new NumberAxis(x);
    axis.setAutoRangeIncludesZero(false);
    if (logarithmic) {
      axis.setTickUnit(new NumberTickUnit(1));
      axis.setNumberFormatOverride(new Powers());
    } else {
      boolean marks = series.get(0).look() == Look.LINE_AND_POINTS;
      axis.setLowerMargin(marks ? 0.03 : 0);
      axis.setUpperMargin(marks ? 0.03 : 0);
    }
    return axis;
  }

  /** Where these stand on the axis. */
  private double[] across(double... values) {
    return logarithmic ? Arrays.stream(values).map(Math::log10).toArray() : values;
  }

  /** Prints n as 10^n. */
  private static final class Powers extends NumberFormat {
    private static final long serialVersionUID = 1L;

    @Override
    public StringBuffer format(double n, StringBuffer out, FieldPosition at) {
      return out.append(BigDecimal.valueOf(Math.pow(10, n)).stripTrailingZeros().toPlainString());
    }

    @Override
    public StringBuffer format(long n, StringBuffer out, FieldPosition at) {
      return format((double) n, out, at);
    }

    @Override
    public Number parse(String text, ParsePosition at) {
      throw new UnsupportedOperationException();
    }
  }

  private static ValueAxis styled(ValueAxis axis) {
    axis.setLabelFont(FONT);
    axis.setTickLabelFont(FONT);
    return axis;
  }

  private String svg(JFreeChart chart) {
    Document document = document();
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
    context.setPrecision(1);
    SVGGraphics2D graphics = new SVGGraphics2D(context, false);
    graphics.setSVGCanvasSize(new Dimension(620, 360));
    chart.draw(graphics, new Rectangle2D.Double(0, 0, 620, 360));
    Element root = graphics.getRoot();
    Element desc = document.createElementNS("http://www.w3.org/2000/svg", "desc");
    desc.setTextContent(numbers());
    root.insertBefore(desc, root.getFirstChild());
    StringWriter out = new StringWriter();
    try {
      graphics.stream(root, out, true, false);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    // what is the same at every mark takes more room than the marks
    return out.toString()
        .replaceAll("style=\"clip-path:url\\(#clipPath3\\);( stroke:none;)?\"", "style=\"$1\"")
        .replace(" style=\"\"", "")
        .replaceAll("\\s+>", ">");
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** From {@code from} to {@code to}, both among them. */
  static double[] range(double from, double to, int points) {
    double[] out = new double[points];
    for (int i = 0; i < points; i++) {
      out[i] = from + (to - from) * i / (points - 1);
    }
    return out;
  }

  /** The parts of a row of a Markdown table, without the empty ones at its ends. */
  static List<String> cells(String row) {
    List<String> out = new ArrayList<>();
    for (String cell : row.substring(1, row.length() - 1).split("\\|", -1)) {
      out.add(cell.strip());
    }
    return out;
  }
}
