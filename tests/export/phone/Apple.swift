// Stands in for what docs/mobile.md uses of Core Graphics and of TensorFlowLiteSwift: a generator that gives its latents
// as the picture, plus the label.
import Foundation

typealias CFData = Data

struct CGDataProvider {
    let data: CFData
    init?(data: CFData) { self.data = data }
}

struct CGColorSpace { let channels: Int }
func CGColorSpaceCreateDeviceGray() -> CGColorSpace { CGColorSpace(channels: 1) }
func CGColorSpaceCreateDeviceRGB() -> CGColorSpace { CGColorSpace(channels: 3) }
enum CGImageAlphaInfo: UInt32 { case none }
struct CGBitmapInfo { let rawValue: UInt32 }
enum CGColorRenderingIntent { case defaultIntent }

struct CGImage {
    let width: Int, height: Int, bytes: [UInt8], channels: Int

    init?(
        width: Int, height: Int, bitsPerComponent: Int, bitsPerPixel: Int, bytesPerRow: Int, space: CGColorSpace,
        bitmapInfo: CGBitmapInfo, provider: CGDataProvider, decode: UnsafePointer<CGFloat>?, shouldInterpolate: Bool,
        intent: CGColorRenderingIntent
    ) {
        guard bitsPerComponent == 8, bitsPerPixel == 8 * space.channels, bytesPerRow == width * space.channels,
            provider.data.count == bytesPerRow * height
        else { return nil }
        (self.width, self.height, bytes, channels) = (width, height, Array(provider.data), space.channels)
    }

    /// As Android writes them: opaque, then red, green and blue.
    var colors: String {
        (0..<width * height).map { pixel in
            let rgb = (0..<3).map { bytes[pixel * channels + min($0, channels - 1)] }
            return String(format: "ff%02x%02x%02x", rgb[0], rgb[1], rgb[2])
        }.joined(separator: " ")
    }
}

struct Tensor { let data: Data }

final class SignatureRunner {
    private var images = Data()

    func invoke(with inputs: [String: Data]) throws {
        let latents = inputs["latents"]!.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        let label = inputs["labels"]?.withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) }[0] ?? 0
        images = latents.map { $0 + Float(label) / 10 }.withUnsafeBytes { Data($0) }
    }

    func output(named name: String) throws -> Tensor {
        precondition(name == "images")
        return Tensor(data: images)
    }
}

final class Interpreter {
    struct Options {
        var threadCount: Int?
        init() {}
    }

    init(modelPath: String, options: Options? = nil) throws {
        _ = try Data(contentsOf: URL(fileURLWithPath: modelPath))
    }

    func signatureRunner(with key: String) throws -> SignatureRunner {
        precondition(key == "serving_default")
        return SignatureRunner()
    }
}
