// Files that were sent: the list of their ids.

const files = {
  read([control]) {
    const ids = JSON.parse(control.value || "[]");
    return ids.length ? { files: ids } : null;
  },
  write([control], response) {
    control.value = JSON.stringify(response?.files ?? []);
  },
};

export default { file_upload: files, oral: files };
