namespace Sgl.Cuda;

/// <summary>
/// A call into the driver, NVRTC or cuBLASLt failed: the message names the call, the error and its code.
/// </summary>
public sealed class CudaException : Exception
{
    /// <param name="call">The function as its library names it.</param>
    /// <param name="error">The error's own name, for example CUDA_ERROR_OUT_OF_MEMORY.</param>
    /// <param name="detail">What was attempted, or a compiler's log; may be empty.</param>
    public CudaException(string call, string error, int code, string detail = "")
        : base($"{call} failed: {error} ({code}){(detail.Length == 0 ? "" : $": {detail}")}")
    {
        Call = call;
        Error = error;
        Code = code;
    }

    public string Call { get; }

    public string Error { get; }

    public int Code { get; }
}
