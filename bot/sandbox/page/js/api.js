/* Talking to the demo's server; what it refuses becomes an Error with its words. */

async function answered(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error || `${response.status} ${response.statusText}`);
  return body;
}

export const get = async (path) => answered(await fetch(`/api/${path}`));

export const post = async (path, body) =>
  answered(
    await fetch(`/api/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  );

/** Do something as a person. */
export const act = (name, facts) => post(`acts/${name}`, facts);

/** A file's bytes as base64, as the server takes them. */
export function packed(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] || "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

export const fileUrl = (id) => `/api/files/${encodeURIComponent(id)}`;
