/// The version of the toolkit.
public enum EspalierVersion {
  /// The version, as in the changelog.
  public static let current = "0.1.0"
}
